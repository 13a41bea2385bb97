using System.CommandLine;
using CoVR.Cli.Hosting;

namespace CoVR.Cli.Commands.Demo;

/// <summary><c>covr demo</c>: from an empty folder to a trained, searchable model and a page of pictures.</summary>
internal static class DemoCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host)
    {
        var seed = new Option<int>("--seed") { Description = "The seed for the world, the weights and the batches.", DefaultValueFactory = _ => 1 }.AtLeast(0);
        var model = new Option<string>("--model") { Description = "The model family: blip or blip2.", DefaultValueFactory = _ => "blip" };
        model.AcceptOnlyFromAmong([.. SmallModel.All.Keys]);
        var output = new Option<string>("--output") { Description = "The folder for the page, the figures and the work files.", DefaultValueFactory = _ => "covr-demo" };
        var quick = new Option<bool>("--quick") { Description = "A tiny world and a few training steps: checks that everything runs, not how well." };
        var threads = new Option<int>("--threads")
        {
            Description = "Threads per matrix product. The products are small, and the other cores prepare batches.",
            DefaultValueFactory = _ => 1,
        }.AtLeast(1);
        var command = new DocumentedCommand("demo", "Makes a small world of pictures and clips, trains a small model on it, searches it and shows the answers on one page.")
        {
            Notes = "Needs ffmpeg, but no downloads and no data. Takes a few minutes on two cores. The page is OUTPUT/index.html, the figures are in OUTPUT/metrics.json.",
            Examples =
            [
                new("covr demo"),
                new("covr demo --model blip2 --seed 2 --output world2", "the other model family, another world"),
                new("covr demo --quick", "half a minute"),
            ],
        };
        command.Add(seed);
        command.Add(model);
        command.Add(output);
        command.Add(quick);
        command.Add(threads);
        command.SetAction((parsed, cancellation) => RunAsync(
            host,
            new DemoArguments(
                parsed.GetValue(seed), host.PathOf(parsed.GetRequiredValue(output)), parsed.GetValue(quick), parsed.GetRequiredValue(model), parsed.GetValue(threads)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, DemoArguments arguments, CancellationToken cancellation)
    {
        host.ResumeHint = "Run the same command again to continue.";
        await new DemoRun(arguments, host.Report).RunAsync(cancellation);
        return ExitCodes.Done;
    }
}
