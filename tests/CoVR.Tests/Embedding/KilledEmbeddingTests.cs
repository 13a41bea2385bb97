using System.Globalization;
using CoVR.Embedding;
using CoVR.Storage;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Tests.Embedding;

/// <summary>Everything that is killed happens in other processes, so that tests of torch can run meanwhile.</summary>
public sealed class KilledEmbeddingTests
{
    private const int UsualKills = 50;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public Task EmbedAsync_KilledAtRandomMomentsAndResumed_EqualsTheUndisturbedRun() =>
        KillRounds.RunAsync(UsualKills, SlowEmbedding.Command, seed => new Round(seed));

    private static long SegmentLength(TemporaryFolder folder) => new FileInfo(Path.Combine(SlowEmbedding.StoreIn(folder.FullName), "embeddings.bin")).Length;

    private static async Task AssertSameStoreAsync(string expected, string actual)
    {
        await using IGallery undisturbed = new FolderGallery(expected, null);
        await using IGallery resumed = new FolderGallery(actual, null);
        Assert.Equal(await undisturbed.GetInfoAsync(Cancel) with { Name = "" }, await resumed.GetInfoAsync(Cancel) with { Name = "" });
        var items = SlowEmbedding.Items(0);
        var coverage = await EmbeddingCoverage.CheckAsync(resumed, items.Select(item => item.Id), cancellationToken: Cancel);
        Assert.Equal((SlowEmbedding.Count, 0, 0), (coverage.Present, coverage.Missing.Count, coverage.Surplus));
        foreach (var item in items)
        {
            var (one, same) = (await undisturbed.ReadAsync(item.Id, Cancel), await resumed.ReadAsync(item.Id, Cancel));
            Assert.Equal(one!.Frames, same!.Frames);
            Assert.Equal(one.Values.ToArray(), same.Values.ToArray());
        }
    }

    private static void AssertSameTree(string expected, string actual)
    {
        string[] files = [.. SlowEmbedding.Items(0).Select(item => item.Id.Value + ".pth").Order(StringComparer.Ordinal)];
        Assert.Equal(files, Directory.EnumerateFiles(actual, "*.pth", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(actual, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(expected, file)), File.ReadAllBytes(Path.Combine(actual, file))));
    }

    private sealed class Round(int seed) : IKillRound
    {
        private readonly TemporaryFolder _folder = new();
        private readonly TemporaryFolder _other = new();
        private readonly Random _random = new(seed);
        private readonly List<string> _reported = [];

        public async Task<bool> KillAsync(ChildProcess process)
        {
            var before = _reported.Count;
            var killAfter = _random.Next(1, SlowEmbedding.Most);
            await process.SendAsync(Line(SlowEmbedding.Most, _folder));
            while (await process.ReadAsync() is { } line)
            {
                if (line == SlowEmbedding.Done)
                {
                    return false;
                }

                _reported.Add(line);
                if (_reported.Count == before + killAfter)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(0, 8)), Cancel);
                    process.Kill();
                }
            }

            return true;
        }

        public async Task FinishAsync()
        {
            _reported.AddRange(await RunAsync(_folder));
            Assert.Equal(_reported.Count, _reported.Distinct().Count());
            Assert.Equal(2 * SlowEmbedding.Count, (await RunAsync(_other)).Count);
            await AssertSameStoreAsync(SlowEmbedding.StoreIn(_other.FullName), SlowEmbedding.StoreIn(_folder.FullName));
            AssertSameTree(SlowEmbedding.TreeIn(_other.FullName), SlowEmbedding.TreeIn(_folder.FullName));

            // Every record is needed: none was written twice.
            Assert.Equal(SegmentLength(_other), SegmentLength(_folder));
        }

        public void Dispose()
        {
            _folder.Dispose();
            _other.Dispose();
        }

        private string Line(int most, TemporaryFolder folder) => string.Create(CultureInfo.InvariantCulture, $"{most} {seed} {folder.FullName}");

        private async Task<List<string>> RunAsync(TemporaryFolder folder)
        {
            using var process = new ChildProcess(SlowEmbedding.Command);
            await process.SendAsync(Line(int.MaxValue, folder));
            var embedded = new List<string>();
            for (string? line; (line = await process.ReadAsync()) != SlowEmbedding.Done;)
            {
                embedded.Add(Assert.IsType<string>(line));
            }

            return embedded;
        }
    }
}
