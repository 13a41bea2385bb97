using System.Globalization;

namespace CoVR.Benchmarks.FullSize;

/// <summary>
/// <c>fullsize [--dir D] [--repeat N] [--no-forward]</c>: writes a BLIP-2 EVA-g state dict of full size, then, each in a fresh
/// process, loads it, reads it plainly, and runs the model once. Prints tables for <c>docs/performance.md</c>.
/// </summary>
/// <remarks>Needs 5 GB on the disk and up to 10 GiB of memory. The folder it makes is removed at the end.</remarks>
internal static class FullSizeCommand
{
    /// <summary>The first argument of this command.</summary>
    public const string Name = "fullsize";

    private static readonly string[] Forms = ["pth", "safetensors"];

    /// <summary>Runs the command.</summary>
    /// <param name="args">What follows its name.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var parent = Option(args, "--dir") ?? Path.GetTempPath();
        var repeat = int.Parse(Option(args, "--repeat") ?? "5", CultureInfo.InvariantCulture);
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"covr-fullsize-{Environment.ProcessId}")).FullName;
        try
        {
            foreach (var form in Forms)
            {
                MeasureForm(Path.Combine(folder, $"blip2.{form}"), repeat, forward: form == Forms[^1] && !args.Contains("--no-forward"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void MeasureForm(string path, int repeat, bool forward)
    {
        var written = FullSizeChild.Start("write", path);
        Say($"\n{Path.GetExtension(path)}: {written.Bytes / 1e9:F2} GB of weights, written in {written.Seconds:F1} s, peak {GiB(written.PeakBytes)}");
        List<(ChildResult Plain, ChildResult Load)> rounds = [];
        for (var round = 0; round < repeat; round++)
        {
            // The plain read comes first and brings back what other programs may have pushed out of the page cache.
            FullSizeChild.Start("cache", path);
            var plain = FullSizeChild.Start("read", path);
            var load = FullSizeChild.Start("load", path);
            rounds.Add((plain, load));
            Say($"  round {round + 1}: read and copy {plain.Seconds:F2} s, load {load.Seconds:F2} s, ratio {load.Seconds / plain.Seconds:F2}, peak {GiB(load.PeakBytes)}");
        }

        PrintTable(path, rounds);
        if (forward)
        {
            Forward(path);
        }

        File.Delete(path);
    }

    private static void PrintTable(string path, List<(ChildResult Plain, ChildResult Load)> rounds)
    {
        var plain = rounds.Select(round => round.Plain.Seconds).Order().ToArray();
        var load = rounds.Select(round => round.Load.Seconds).Order().ToArray();
        var ratio = rounds.Select(round => round.Load.Seconds / round.Plain.Seconds).Order().ToArray();
        var peak = rounds.Max(round => (double)round.Load.PeakBytes / round.Load.Bytes);
        Say("\n| form | read and copy, min / median | load, min / median | ratio of a round, min / median / max | peak memory / weights |\n|---|---|---|---|---|");
        Say($"| `{Path.GetExtension(path)}` | {plain[0]:F2} / {Median(plain):F2} s | {load[0]:F2} / {Median(load):F2} s | {ratio[0]:F2} / **{Median(ratio):F2}** / {ratio[^1]:F2} | **{peak:F2}** |");
    }

    private static void Forward(string path)
    {
        var result = FullSizeChild.Start("forward", path);
        Say("\n| | time |\n|---|---|");
        foreach (var (name, seconds) in result.Steps)
        {
            Say($"| {name} | {seconds:F1} s |");
        }

        Say($"\npeak memory of the whole process: {GiB(result.PeakBytes)}");
    }

    private static double Median(double[] ordered) => (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;

    private static string GiB(long bytes) => $"{bytes / (double)(1 << 30):F2} GiB";

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    private static void Say(string line) => Console.WriteLine(line);
}
