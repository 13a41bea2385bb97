using System.Diagnostics;
using System.Text.Json;

namespace CoVR.Benchmarks.FullSize;

/// <summary>Starts this program again for one measurement, so that each begins with fresh memory.</summary>
internal static class FullSizeChild
{
    /// <summary>The first argument of such a process.</summary>
    public const string Name = "fullsize-child";

    private const string Mark = "RESULT ";

    /// <summary>Runs one measurement in a process of its own.</summary>
    /// <param name="step">What to do: <c>write</c>, <c>cache</c>, <c>read</c>, <c>load</c>, <c>forward</c>.</param>
    /// <param name="path">The weights file.</param>
    public static ChildResult Start(string step, string path)
    {
        var program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(FullSizeChild).Assembly.Location] : [];
        using var process = Process.Start(new ProcessStartInfo(program, [.. host, Name, step, path]) { RedirectStandardOutput = true })!;
        string? result = null;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            result = line.StartsWith(Mark, StringComparison.Ordinal) ? line[Mark.Length..] : result;
        }

        process.WaitForExit();
        return result is not null && process.ExitCode == 0
            ? JsonSerializer.Deserialize<ChildResult>(result)!
            : throw new InvalidOperationException($"The measurement '{step}' ended with code {process.ExitCode}.");
    }

    /// <summary>What the process does.</summary>
    /// <param name="args">The step and the path.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args)
    {
        var (step, path) = (args[0], args[1]);
        var steps = new Dictionary<string, double>();
        var (seconds, bytes) = step switch
        {
            "write" => FullSizeModel.Write(path),
            "cache" => PlainRead.Touch(path),
            "read" => PlainRead.Measure(path),
            "load" => FullSizeModel.Load(path),
            "forward" => FullSizeModel.Forward(path, steps),
            _ => throw new ArgumentException($"There is no step '{step}'.", nameof(args)),
        };
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(Mark + JsonSerializer.Serialize(new ChildResult(seconds, self.PeakWorkingSet64, bytes, steps)));
        return 0;
    }
}
