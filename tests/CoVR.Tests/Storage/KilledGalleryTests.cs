using System.Diagnostics;
using System.Globalization;
using CoVR.Storage;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Tests.Storage;

/// <summary>Other processes: their changes are seen in time, and no kill leaves half of a change.</summary>
public sealed class KilledGalleryTests : IDisposable
{
    public static readonly EmbeddingFingerprint Fingerprint = SampleGallery.Fingerprint with { Dimensions = 256 };
    private const int UsualKills = 25;
    private readonly TemporaryFolder _folder = new();

    internal static GalleryEntry Entry(string id, int value)
    {
        var values = new float[256];
        values[0] = value;
        return new GalleryEntry(new MediaId(id), new EmbeddingSet(values, 1, 256)) { Properties = new GalleryProperties { Tags = [$"{value}"] } };
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Changes_KilledAtRandomMoments_AreWholeOrAbsent() => KillRounds.RunAsync(UsualKills, GalleryProcess.Command, seed => new Round(seed, period: 8));

    [Fact]
    public Task Compactions_KilledAtRandomMoments_LoseNothing() => KillRounds.RunAsync(UsualKills, GalleryProcess.Command, seed => new Round(seed, period: 2));

    [Fact]
    public async Task TwoProcesses_SeeEachOthersChangesWithinTheStatedTime()
    {
        using var other = new ChildProcess(GalleryProcess.Command);
        await other.SendAsync(_folder["store"]);
        await using var mine = new FolderGallery(_folder["store"], Fingerprint, new FolderGalleryOptions { Segment = "mine", Staleness = GalleryProcess.Staleness });
        Assert.Equal(GalleryProcess.Staleness, (await mine.GetInfoAsync(TestContext.Current.CancellationToken)).Staleness);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("done", await other.AskAsync($"upsert a {round}"));
            await AssertSeenAsync(async () => await ValueAsync(mine, "a") == $"{round}");
            await mine.UpsertAsync([Entry("b", round)], TestContext.Current.CancellationToken);
            await AssertSeenAsync(async () => await other.AskAsync("get b") == $"{round}");
            await mine.CompactAsync(TestContext.Current.CancellationToken);
            await mine.RemoveAsync([new MediaId("a")], TestContext.Current.CancellationToken);
            await AssertSeenAsync(async () => await other.AskAsync("get a") == "none");
            Assert.Equal("done", await other.AskAsync("remove b"));
            Assert.Equal("done", await other.AskAsync("compact"));
            await AssertSeenAsync(async () => await ValueAsync(mine, "b") == "none");
        }
    }

    private static async Task<string> ValueAsync(FolderGallery gallery, string id) =>
        await gallery.GetAsync([new MediaId(id)], TestContext.Current.CancellationToken) is [var entry] ? $"{entry.Embedding.Values.Span[0]}" : "none";

    /// <summary>A call that starts after the stated time must see the change.</summary>
    private static async Task AssertSeenAsync(Func<Task<bool>> isSeen)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var start = since.Elapsed;
            if (await isSeen())
            {
                return;
            }

            Assert.True(start <= GalleryProcess.Staleness, $"A call {start} after the change did not see it.");
        }
    }

    private sealed class Round(int seed, int period) : IKillRound
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Random _random = new(seed);
        private readonly Dictionary<string, int> _state = [];
        private GalleryChange _change = new(1000 * seed, period);

        public async Task<bool> KillAsync(ChildProcess process)
        {
            var last = _change.Number + _random.Next(1, 40);
            await process.SendAsync(_folder["store"]);
            var acknowledged = await process.AskAsync(string.Create(CultureInfo.InvariantCulture, $"change {_change.Number} {period}"));
            for (; acknowledged is not null && int.Parse(acknowledged, CultureInfo.InvariantCulture) < last; acknowledged = await process.ReadAsync())
            {
                Apply();
            }

            Assert.NotNull(acknowledged);
            Apply();
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(0, 4)), TestContext.Current.CancellationToken);
            process.Kill();
            while (await process.ReadAsync() is not null)
            {
                Apply();
            }

            await AssertIsBeforeOrAfterAsync();
            return true;
        }

        /// <summary>What is there after all kills can be changed and compacted.</summary>
        public async Task FinishAsync()
        {
            await using var gallery = new FolderGallery(_folder["store"], Fingerprint);
            await gallery.UpsertAsync([Entry("last", 7)], TestContext.Current.CancellationToken);
            await gallery.CompactAsync(TestContext.Current.CancellationToken);
            _state["last"] = 7;
            Assert.Equal(_state.OrderBy(pair => pair.Key), (await SampleGallery.StateAsync(gallery)).OrderBy(pair => pair.Key));
        }

        public void Dispose() => _folder.Dispose();

        private void Apply()
        {
            _change.Apply(_state);
            _change = _change.Next;
        }

        /// <summary>The folder holds the last state that was reported, or that after the change which was not reported any more.</summary>
        private async Task AssertIsBeforeOrAfterAsync()
        {
            await using var gallery = new FolderGallery(_folder["store"], Fingerprint, new FolderGalleryOptions { IsReadOnly = true });
            var found = (await SampleGallery.StateAsync(gallery)).OrderBy(pair => pair.Key);
            if (!found.SequenceEqual(_state.OrderBy(pair => pair.Key)))
            {
                Apply();
                Assert.Equal(_state.OrderBy(pair => pair.Key), found);
            }
        }
    }
}
