using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Cli.Commands.Convert;

/// <summary><c>covr convert</c>: weights files from one format to the other.</summary>
internal static class ConvertCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host)
    {
        var source = new Argument<string>("in") { Description = "A weights file: .pth, .ckpt, .bin or .safetensors." };
        var destination = new Argument<string>("out") { Description = "The file to write. The extension chooses the format: .safetensors, or .pth/.ckpt for Python's torch.load." };
        var root = new Option<string?>("--root")
        {
            Description = "The dictionary in the file that holds the weights; \"\" for the top level. [default: 'model' where there is one]",
        };
        var skipCheck = new Option<bool>("--no-verify") { Description = "Skips reading the new file back to compare it bit for bit." };
        var list = new Option<bool>("--list") { Description = "Lists every tensor that was copied." };
        var command = new DocumentedCommand(
            "convert",
            "Converts weights files between Python's torch.save and safetensors.")
        {
            Notes = """
                No code in a file is executed. Every tensor is compared bit for bit, and the new file takes its place only when it is complete.
                Only weights are copied: whatever else the file holds (optimizer, epoch) is listed and left out.
                """,
            Examples =
            [
                new("covr convert ckpt_4.ckpt covr.safetensors"),
                new("covr convert covr.safetensors covr.pth", "writes a file that Python loads with torch.load(path, weights_only=True)"),
            ],
        };
        command.Add(source);
        command.Add(destination);
        command.Add(root);
        command.Add(skipCheck);
        command.Add(list);
        command.SetAction((parsed, cancellation) => RunAsync(
            host,
            parsed.GetRequiredValue(source),
            parsed.GetRequiredValue(destination),
            (from, to, progress) => Convert(from, to, parsed.GetValue(root), !parsed.GetValue(skipCheck), progress, cancellation),
            parsed.GetValue(list)));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandHost host, string source, string destination, Func<string, string, IProgress<JobProgress>, CheckpointConversion> convert, bool list)
    {
        host.ResumeHint = "Nothing was written. Run the same command to start again.";
        var (from, to) = (host.PathOf(source), host.PathOf(destination));
        RequireKnown(to);
        if (from == to)
        {
            throw new CommandException($"{destination} is both the input and the output; give the new file another name.", ExitCodes.Usage);
        }

        var report = await host.Report.RunAsync("Converting", progress => Task.Run(() => convert(from, to, progress.OfJob(WorkProgress.Bytes)), CancellationToken.None));
        foreach (var tensor in list ? report.Tensors : [])
        {
            host.Say(tensor);
        }

        foreach (var (name, first) in report.Tied)
        {
            host.Say($"tied: {name} is {first}");
        }

        foreach (var dropped in report.Dropped)
        {
            host.Say($"left out: {dropped}");
        }

        host.Say(FormattableString.Invariant(
            $"{host.Shown(report.Destination)}: {report.Tensors.Count} tensors, {report.Bytes / 1e6:F1} MB{(report.Verified ? ", equal bit for bit" : "")}"));
        return ExitCodes.Done;
    }

    private static CheckpointConversion Convert(string source, string destination, string? root, bool verify, IProgress<JobProgress> progress, CancellationToken cancellation) =>
        IsSafetensors(destination)
            ? CheckpointConversion.ToSafetensors(source, destination, root, verify, progress, cancellation)
            : CheckpointConversion.ToPth(source, destination, root, verify, progress, cancellation);

    private static bool IsSafetensors(string path) => Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static void RequireKnown(string path)
    {
        if (!IsSafetensors(path) && Path.GetExtension(path).ToLowerInvariant() is not (".pth" or ".pt" or ".ckpt" or ".bin"))
        {
            throw new CommandException($"{path} does not have the extension of a weights file: use .safetensors, or .pth or .ckpt for Python.", ExitCodes.Usage);
        }
    }
}
