using System.Diagnostics;
using CoVR.Benchmarks.Results;

namespace CoVR.Benchmarks.Start;

/// <summary>
/// A question of <c>covr search</c> by text over a folder that is already embedded, from the start of the process to its end: one build of the tool against another, in turn.
/// <c>start BEFORE AFTER [--pictures N] [--rounds N] [--large] [--dir D] [--results FOLDER]</c>; a tool is an executable or a <c>.dll</c>.
/// </summary>
internal static class StartCommand
{
    /// <summary>The argument that asks for this measurement.</summary>
    public const string Name = "start";

    /// <summary>Makes model and pictures unless they are there, embeds, and measures.</summary>
    public static int Run(string[] args)
    {
        var results = ResultFile.TakeFolder(ref args);
        var (before, after) = (Path.GetFullPath(args[0]), Path.GetFullPath(args[1]));
        var isLarge = args.Contains("--large");
        var pictures = int.Parse(Option(args, "--pictures", isLarge ? "4" : "20000"), System.Globalization.CultureInfo.InvariantCulture);
        var rounds = int.Parse(Option(args, "--rounds", "9"), System.Globalization.CultureInfo.InvariantCulture);
        var folder = Option(args, "--dir", Path.Combine(Path.GetTempPath(), $"covr-start-{(isLarge ? "large" : "tiny")}"));
        var question = StartWorld.Make(folder, pictures, isLarge);
        List<double> old = [], own = [];
        for (var round = -1; round < rounds; round++)
        {
            // The first round embeds, and fills what is remembered for later starts.
            var (first, second) = (Ask(before, folder, "before", question), Ask(after, folder, "after", question));
            Console.WriteLine($"{(round < 0 ? "first search" : $"round {round + 1}"),-14} before {first:F3} s, after {second:F3} s, ratio {second / first:F3}");
            if (round >= 0)
            {
                old.Add(first * 1e6);
                own.Add(second * 1e6);
            }
        }

        double[] ratios = [.. old.Zip(own, (first, second) => second / first).Order()];
        Console.WriteLine($"after / before: median {ratios[ratios.Length / 2]:F3}, from {ratios[0]:F3} to {ratios[^1]:F3}; median after {own.Order().ElementAt(own.Count / 2) / 1e6:F3} s");
        var parameters = isLarge ? "BLIP-large" : $"tiny model, {pictures} pictures";
        var file = new ResultFile(isLarge ? "StartLarge" : "Start", DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().DateTime), ResultFile.ThisMachine, [new("Before", parameters, true, old), new("After", parameters, false, own)]);
        Console.WriteLine(file.Write(results));
        return 0;
    }

    private static string Option(string[] args, string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : otherwise;

    private static double Ask(string tool, string folder, string name, IReadOnlyList<string> question)
    {
        var isAssembly = tool.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : tool) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in isAssembly ? [tool, .. question] : question)
        {
            start.ArgumentList.Add(argument);
        }

        // Stores are shared: both builds must be able to read them.
        start.Environment["COVR_CACHE"] = Path.Combine(folder, "cache-" + name);
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return process.ExitCode == 0 && output.Contains("\"hits\"", StringComparison.Ordinal) ? seconds : throw new InvalidOperationException($"{tool} failed: {output}{errors.Result}");
    }
}
