using System.Text.Encodings.Web;
using System.Text.Json;
using BenchmarkDotNet.Environments;

namespace CoVR.Benchmarks.Results;

/// <summary>The raw results of a suite or of a paired command, as <c>eng/compare-benchmarks.sh</c> reads them.</summary>
/// <param name="Suite">The name of the suite or command, and of the file.</param>
/// <param name="Date">When it was measured, in UTC.</param>
/// <param name="Machine">The processor, its logical cores and the runtime.</param>
/// <param name="Cases">What was measured; ratios are against the baseline of the same parameters.</param>
internal sealed record ResultFile(string Suite, DateOnly Date, string Machine, IReadOnlyList<MeasuredCase> Cases)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Processor, cores and runtime.</summary>
    public static string ThisMachine => $"{Processor()}, {Environment.ProcessorCount} logical cores, .NET {Environment.Version}";

    /// <summary>Takes <c>--results FOLDER</c> out of a command line.</summary>
    /// <param name="args">The command line; without these two arguments afterwards.</param>
    /// <returns>The folder; <c>benchmarks/results</c> of the repository if none is given.</returns>
    public static string TakeFolder(ref string[] args)
    {
        var at = Array.IndexOf(args, "--results");
        if (at < 0 || at + 1 == args.Length)
        {
            return Path.Combine(Repository(), "benchmarks", "results");
        }

        var folder = Path.GetFullPath(args[at + 1]);
        args = [.. args[..at], .. args[(at + 2)..]];
        return folder;
    }

    /// <summary>Writes the file into a folder, one case a line.</summary>
    /// <returns>Its path.</returns>
    public string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Suite + ".json");
        var lines = Cases.Select(measured => "    " + JsonSerializer.Serialize(measured, Json));
        File.WriteAllText(path, $$"""
            {
              "suite": {{JsonSerializer.Serialize(Suite, Json)}},
              "date": {{JsonSerializer.Serialize(Date, Json)}},
              "machine": {{JsonSerializer.Serialize(Machine, Json)}},
              "cases": [
            {{string.Join(",\n", lines)}}
              ]
            }

            """);
        return path;
    }

    private static string Processor() => HostEnvironmentInfo.GetCurrent().Cpu.Value?.ProcessorName?.Trim() ?? "unknown processor";

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CoVR.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The benchmarks lie outside the repository: give --results FOLDER.");
        }

        return folder;
    }
}

/// <summary>The times of one case.</summary>
/// <param name="Method">What was measured.</param>
/// <param name="Parameters">With what; empty without parameters.</param>
/// <param name="IsBaseline">Whether ratios are against it.</param>
/// <param name="Microseconds">The time of a call in each iteration; of a paired command in each round, in the same order as its baseline's.</param>
internal sealed record MeasuredCase(string Method, string Parameters, bool IsBaseline, IReadOnlyList<double> Microseconds);
