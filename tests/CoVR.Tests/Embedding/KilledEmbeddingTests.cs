using System.Diagnostics;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.Tests.Embedding;

[Collection("torch")]
public sealed class KilledEmbeddingTests
{
    [Fact]
    public async Task EmbedAsync_KilledAtRandomMomentsAndResumed_EqualsTheUndisturbedRun()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20261122);
        var reported = new List<string>();
        var kills = 0;
        while (true)
        {
            var killAfter = kills < 5 ? random.Next(1, 60) : int.MaxValue;
            var (finished, embedded) = await RunAsync(folder["gallery"], killAfter);
            reported.AddRange(embedded);
            if (finished)
            {
                break;
            }

            kills++;
        }

        Assert.Equal(5, kills);
        Assert.Equal(reported.Count, reported.Distinct().Count());
        var expected = FakePipeline.Create();
        await new EmbeddingJob(() => expected).EmbedAsync(SlowEmbedding.Items, null, TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken);
        using var store = new FileEmbeddingStore(folder["gallery"], expected.Store.Fingerprint);
        Assert.Equal(SlowEmbedding.Count, store.Count);
        foreach (var item in SlowEmbedding.Items)
        {
            var stored = await store.ReadAsync(item.Id, TestContext.Current.CancellationToken);
            var undisturbed = await expected.Store.ReadAsync(item.Id, TestContext.Current.CancellationToken);
            Assert.Equal(undisturbed!.Frames, stored!.Frames);
            Assert.Equal(undisturbed.Values.ToArray(), stored.Values.ToArray());
        }

        // Every record is needed: none was written twice.
        var needed = SlowEmbedding.Items.Sum(item => 16L + 8 + item.Id.Value.Length + (((FramesMedia)item.Source).Frames.Count * 8 * sizeof(float)));
        Assert.Equal(needed, new FileInfo(folder["gallery", FileEmbeddingStore.SegmentName]).Length);
    }

    /// <summary>Runs the job; kills it some items after the first is reported.</summary>
    private static async Task<(bool Finished, List<string> Embedded)> RunAsync(string folder, int killAfter)
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
