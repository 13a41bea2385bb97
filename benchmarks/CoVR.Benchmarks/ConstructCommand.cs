using System.Diagnostics;
using System.Globalization;
using CoVR.Construction;

namespace CoVR.Benchmarks;

/// <summary>Times the stages from a file of made captions to pairs.</summary>
internal static class ConstructCommand
{
    public const string Name = "construct";
    private const int Vocabulary = 20_000;

    /// <summary>Runs it.</summary>
    /// <param name="args">How many captions, the memory limit of the database in MiB, how many rounds, and the words of each caption if it is one number: one partition of more captions.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var count = int.Parse(args.ElementAtOrDefault(0) ?? "1000000", null);
        var memory = int.Parse(args.ElementAtOrDefault(1) ?? "4096", null);
        var rounds = int.Parse(args.ElementAtOrDefault(2) ?? "1", null);
        var (least, most) = int.TryParse(args.ElementAtOrDefault(3), out var words) ? (words, words) : (5, 12);
        var folder = Directory.CreateTempSubdirectory("covr-construct-").FullName;
        try
        {
            var file = Path.Combine(folder, "captions.csv");
            Write(file, count, least, most);
            Console.WriteLine($"{count:N0} captions of {least} to {most} words, {new FileInfo(file).Length / 1e6:F0} MB, limit {memory} MiB, 2 threads");
            for (var round = 0; round < rounds; round++)
            {
                await MeasureAsync(Path.Combine(folder, $"work-{round}.duckdb"), file, memory);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string work, string file, int memory)
    {
        var options = new ConstructionOptions { WorkFile = work, MemoryLimit = memory, Threads = 2, Collect = { Inputs = { file } } };
        var pipeline = new ConstructionPipeline(options);
        var watch = Stopwatch.StartNew();
        var collected = (await pipeline.RunAsync(ConstructionStage.Collect)).Single();
        var mined = (await pipeline.RunAsync(ConstructionStage.Mine)).Single();
        Console.WriteLine(FormattableString.Invariant(
            $"{watch.Elapsed.TotalSeconds:F2} s: collect {collected.Elapsed.TotalSeconds:F2} s, mine {mined.Elapsed.TotalSeconds:F2} s; {mined.Kept:N0} pairs; peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB; work file {new FileInfo(work).Length / 1e6:F0} MB"));
    }

    // The word of rank r is drawn in proportion to 1 / r.
    private static void Write(string path, int count, int least, int most)
    {
        var random = new Random(1);
        using var file = new StreamWriter(path);
        file.WriteLine("id,caption");
        for (var i = 0; i < count; i++)
        {
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{i},"));
            var words = random.Next(least, most + 1);
            for (var word = 0; word < words; word++)
            {
                file.Write(string.Create(CultureInfo.InvariantCulture, $"{(word == 0 ? "" : " ")}w{(int)Math.Pow(Vocabulary, random.NextDouble())}"));
            }

            file.WriteLine();
        }
    }
}
