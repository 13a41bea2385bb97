using System.Globalization;
using CoVR.TestSupport;

namespace CoVR.Construction.Tests;

/// <summary>Captions and work folders of tests.</summary>
internal static class MadeCaptions
{
    /// <summary>Captions of few words of a skewed vocabulary, many of which differ in one word.</summary>
    public static string[] Draw(int count, int vocabulary, int least = 2, int most = 6)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => $"w{(int)Math.Pow(vocabulary, random.NextDouble())}")))];
    }

    /// <summary>Options with a work file in a folder and a CSV of captions whose identities are their numbers.</summary>
    public static ConstructionOptions Options(TemporaryFolder folder, params IEnumerable<string> captions)
    {
        Write(folder, captions);
        return new ConstructionOptions { WorkFile = folder["work.duckdb"], Threads = 2, MemoryLimit = 512, Collect = { Inputs = { folder["captions.csv"] } }, Export = { Folder = folder["dataset"] } };
    }

    /// <summary>Runs stages up to one, and gives the report of that.</summary>
    public static async Task<StageReport> RunToAsync(this ConstructionPipeline pipeline, ConstructionStage last)
    {
        StageReport? report = null;
        for (var stage = ConstructionStage.Collect; stage <= last; stage++)
        {
            report = (await pipeline.RunAsync(stage, cancellationToken: TestContext.Current.CancellationToken)).Single();
        }

        return report!;
    }

    /// <summary>Writes the CSV of <see cref="Options"/> anew.</summary>
    public static void Write(TemporaryFolder folder, IEnumerable<string> captions) => File.WriteAllLines(
        folder["captions.csv"], captions.Select((caption, i) => string.Create(CultureInfo.InvariantCulture, $"{i},\"{caption.Replace("\"", "\"\"")}\"")).Prepend("id,caption"));
}
