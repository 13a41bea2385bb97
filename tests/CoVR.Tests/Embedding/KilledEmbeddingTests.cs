using System.Diagnostics;
using System.Globalization;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.Tests.Embedding;

/// <summary>Fifty kills; <c>COVR_KILLS</c> asks for more or fewer.</summary>
[Collection("torch")]
public sealed class KilledEmbeddingTests
{
    private const string KillsVariable = "COVR_KILLS";
    private const int UsualKills = 50;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmbedAsync_KilledAtRandomMomentsAndResumed_EqualsTheUndisturbedRun()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20261122);
        var kills = int.TryParse(Environment.GetEnvironmentVariable(KillsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : UsualKills;
        var reported = new List<string>();
        for (var kill = 0; kill < kills; kill++)
        {
            var (finished, embedded) = await RunAsync(folder.FullName, random.Next(1, 13), TimeSpan.FromMilliseconds(random.Next(0, 8)));
            Assert.False(finished, $"Run {kill} was not killed in time.");
            reported.AddRange(embedded);
        }

        var last = await RunAsync(folder.FullName, int.MaxValue, TimeSpan.Zero);
        Assert.True(last.Finished);
        reported.AddRange(last.Embedded);
        Assert.Equal(reported.Count, reported.Distinct().Count());

        var expected = FakePipeline.Create();
        await new EmbeddingJob(() => expected).EmbedAsync(SlowEmbedding.Items, null, Cancel).CountAsync(Cancel);
        using var store = new FileEmbeddingStore(SlowEmbedding.StoreIn(folder.FullName), expected.Store.Fingerprint);
        await AssertSameAsync(expected.Store, store);
        await AssertSameAsync(expected.Store, new PthTreeEmbeddingStore(SlowEmbedding.TreeIn(folder.FullName), expected.Store.Fingerprint));

        // Every record is needed: none was written twice.
        var needed = SlowEmbedding.Items.Sum(item => 16L + 8 + item.Id.Value.Length + (((FramesMedia)item.Source).Frames.Count * 8 * sizeof(float)));
        Assert.Equal(needed, new FileInfo(Path.Combine(SlowEmbedding.StoreIn(folder.FullName), FileEmbeddingStore.SegmentName)).Length);
    }

    private static async Task AssertSameAsync(IEmbeddingStore expected, IEmbeddingStore actual)
    {
        var coverage = await EmbeddingCoverage.CheckAsync(actual, SlowEmbedding.Items.Select(item => item.Id), cancellationToken: Cancel);
        Assert.Equal((SlowEmbedding.Count, 0, 0), (coverage.Present, coverage.Missing.Count, coverage.Surplus));
        foreach (var item in SlowEmbedding.Items)
        {
            var stored = await actual.ReadAsync(item.Id, Cancel);
            var undisturbed = await expected.ReadAsync(item.Id, Cancel);
            Assert.Equal(undisturbed!.Frames, stored!.Frames);
            Assert.Equal(undisturbed.Values.ToArray(), stored.Values.ToArray());
        }
    }

    /// <summary>Runs the jobs; kills them some items after the first is reported, and a moment later.</summary>
    private static async Task<(bool Finished, List<string> Embedded)> RunAsync(string folder, int killAfter, TimeSpan moment)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. HostArguments, SlowEmbedding.Command, folder])
        {
            RedirectStandardOutput = true,
        })!;
        var embedded = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("Embedded ", StringComparison.Ordinal))
            {
                embedded.Add(line);
                if (embedded.Count == killAfter)
                {
                    await Task.Delay(moment);
                    process.Kill();
                }
            }
        }

        await process.WaitForExitAsync();
        return (process.ExitCode == 0, embedded);
    }

    /// <summary>When the tests run through the <c>dotnet</c> host, it must be told the assembly.</summary>
    private static string[] HostArguments =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(SlowEmbedding).Assembly.Location] : [];
}
