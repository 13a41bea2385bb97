using System.Diagnostics;
using System.Globalization;
using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Tests.Storage;

/// <summary>Other processes: their changes are seen in time, and no kill leaves half of a change. <c>COVR_KILLS</c> asks for another number of kills.</summary>
public sealed class KilledGalleryTests : IDisposable
{
    public static readonly EmbeddingFingerprint Fingerprint = SampleGallery.Fingerprint with { Dimensions = 256 };
    private const string KillsVariable = "COVR_KILLS";
    private const int UsualKills = 50;
    private const int Items = 40;
    private readonly TemporaryFolder _folder = new();

    internal static GalleryEntry Entry(string id, int value)
    {
        var values = new float[256];
        values[0] = value;
        return new GalleryEntry(new MediaId(id), new EmbeddingSet(values, 1, 256)) { Properties = new GalleryProperties { Tags = [$"{value}"] } };
    }

    /// <summary>Makes a change: mostly upserts of several items, now and then removals, seldom a compaction.</summary>
    internal static async Task MakeAsync(FolderGallery gallery, int change)
    {
        switch (change % 8)
        {
            case 3:
                await gallery.RemoveAsync([.. Changed(change).Select(item => new MediaId(item))]);
                break;
            case 5:
                await gallery.CompactAsync();
                break;
            default:
                await gallery.UpsertAsync([.. Changed(change).Select(item => Entry(item, change))]);
                break;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Changes_KilledAtRandomMoments_AreWholeOrAbsent()
    {
        var random = new Random(20261130);
        var kills = int.TryParse(Environment.GetEnvironmentVariable(KillsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : UsualKills;
        var (state, change) = (new Dictionary<string, int>(), 0);
        var next = new GalleryProcess(_folder["store"]);
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                using var now = next;
                next = new GalleryProcess(_folder["store"]);
                var last = change + random.Next(1, 40);
                var acknowledged = await now.AskAsync($"change {change}");
                for (; acknowledged is not null && Number(acknowledged) < last; acknowledged = await now.ReadAsync())
                {
                    Apply(state, change++);
                }

                Assert.NotNull(acknowledged);
                Apply(state, change++);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 4)), TestContext.Current.CancellationToken);
                now.Kill();
                while (await now.ReadAsync() is not null)
                {
                    Apply(state, change++);
                }

                change = await AssertIsBeforeOrAfterAsync(state, change);
            }
        }
        finally
        {
            next.Dispose();
        }
    }

    [Fact]
    public async Task TwoProcesses_SeeEachOthersChangesWithinTheStatedTime()
    {
        using var other = new GalleryProcess(_folder["store"]);
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

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Changed(int change) => [.. Enumerable.Range(0, 1 + (change % 6)).Select(i => $"{((change * 7) + (i * i)) % Items}").Distinct()];

    private static void Apply(Dictionary<string, int> state, int change)
    {
        foreach (var item in Changed(change).Where(_ => change % 8 != 5))
        {
            state[item] = change;
            if (change % 8 == 3)
            {
                state.Remove(item);
            }
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

    /// <summary>The folder holds the last state that was reported, or that after the change which was not reported any more.</summary>
    private async Task<int> AssertIsBeforeOrAfterAsync(Dictionary<string, int> state, int change)
    {
        await using var gallery = new FolderGallery(_folder["store"], Fingerprint, new FolderGalleryOptions { IsReadOnly = true });
        var found = await SampleGallery.StateAsync(gallery);
        if (found.OrderBy(pair => pair.Key).SequenceEqual(state.OrderBy(pair => pair.Key)))
        {
            return change;
        }

        Apply(state, change);
        Assert.Equal(state.OrderBy(pair => pair.Key), found.OrderBy(pair => pair.Key));
        return change + 1;
    }
}
