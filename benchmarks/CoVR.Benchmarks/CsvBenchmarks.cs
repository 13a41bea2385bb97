using System.Diagnostics;
using System.Globalization;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.WebVidCoVR;
using CsvHelper;

namespace CoVR.Benchmarks;

/// <summary>
/// Loading the training annotations against a bare parse of the same file by the same library, each in a fresh process whose
/// largest memory is stated too: <c>csv [rows] [rounds] [file]</c>.
/// </summary>
internal static class CsvBenchmarks
{
    /// <summary>The argument that asks for this measurement.</summary>
    public const string Name = "csv";

    /// <summary>The argument that starts one measured process.</summary>
    public const string ChildName = "csv-child";

    private const char Separator = '|';

    /// <summary>Writes a file, or takes the given one, and measures both in turn.</summary>
    public static int Run(string[] args)
    {
        var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_600_000;
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        var file = args.Length > 2 ? args[2] : Path.Combine(Path.GetTempPath(), $"covr-annotations-{Environment.ProcessId}.csv");
        if (!File.Exists(file))
        {
            MadeAnnotations.Write(file, rows);
        }

        Console.WriteLine($"{rows:N0} rows, {new FileInfo(file).Length / 1048576.0:F0} MiB");
        List<double> ratios = [], processor = [];
        for (var round = 0; round < rounds; round++)
        {
            var (bare, load) = (Child($"bare{Separator}{file}"), Child($"load{Separator}{file}"));
            ratios.Add(load.Seconds / bare.Seconds);
            processor.Add(load.Processor / bare.Processor);
        }

        Console.WriteLine($"load / bare parse: {Summary(ratios)}; the goal is 2");
        Console.WriteLine($"processor time (load uses two threads): {Summary(processor)}");
        if (args.Length < 3)
        {
            File.Delete(file);
        }

        return 0;
    }

    private static string Summary(List<double> ratios)
    {
        ratios.Sort();
        return $"median {ratios[ratios.Count / 2]:F2}, from {ratios[0]:F2} to {ratios[^1]:F2}";
    }

    /// <summary>Measures one kind of reading in this process; the last line is its seconds and its processor seconds.</summary>
    public static int Load(string task)
    {
        var (kind, file) = (task[..task.IndexOf(Separator, StringComparison.Ordinal)], task[(task.IndexOf(Separator, StringComparison.Ordinal) + 1)..]);
        var start = Stopwatch.GetTimestamp();
        var result = kind == "bare" ? Bare(file) : Triplets(file);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{kind,-5} {seconds,6:F2} s (processor {process.TotalProcessorTime.TotalSeconds:F2} s), peak memory {process.PeakWorkingSet64 / 1048576.0:F0} MiB, {result:N0}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds}{Separator}{process.TotalProcessorTime.TotalSeconds}"));
        return 0;
    }

    /// <summary>Makes a string of every field and forgets it.</summary>
    private static long Bare(string file)
    {
        var characters = 0L;
        using var csv = CsvReader.FromFile(file, new CsvReaderOptions { Separator = ',' });
        while (csv.Read())
        {
            for (var field = 0; field < csv.FieldCount; field++)
            {
                characters += csv.GetString(field).Length;
            }
        }

        return characters;
    }

    /// <summary>Our reader: checked rows, scores as numbers, all triplets in memory; no media are looked for.</summary>
    private static long Triplets(string file)
    {
        var options = new WebVidCoVROptions { MissingMedia = MissingMediaPolicy.Ignore }.AddSplit(DatasetSplit.Train, file, Path.GetTempPath());
        return options.CreateReader().ReadAsync(DatasetSplit.Train).AsTask().GetAwaiter().GetResult().Triplets.Count;
    }

    private static (double Seconds, double Processor) Child(string task)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CoVR.Benchmarks.dll"));
        }

        start.ArgumentList.Add(ChildName);
        start.ArgumentList.Add(task);
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Console.WriteLine(lines[0]);
        var numbers = lines[^1].Split(Separator);
        return (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }
}
