using CoVR.Conformance;
using CoVR.Retrieval;
using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Tests.Storage;

/// <summary>A gallery that writes parts all the time.</summary>
[Collection("torch")]
public sealed class FolderPartConformanceTests : GalleryConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _made;

    protected override bool CanReopen => true;

    protected override int Changes => 1_000;

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint)
    {
        _made++;
        return ReopenAsync(fingerprint);
    }

    protected override ValueTask<IGallery> ReopenAsync(EmbeddingFingerprint fingerprint) => new(new FolderGallery(_folder[$"{_made}"], fingerprint) { ItemsOfPart = 8 });

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarities.MeanPooled.Score(query, FramePoolings.Mean.Pool(item));
}

/// <summary>What is kept on disk beside segments speeds up opening and changes no answer.</summary>
[Collection("torch")]
public sealed class FolderPartTests : IDisposable
{
    private const int D = 64;
    private const int Count = 700;
    private static readonly EmbeddingFingerprint Fingerprint = SampleGallery.Fingerprint with { Dimensions = D };
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();
    private readonly List<FolderGallery> _open = [];

    private string Store => _folder["store"];

    private string[] Parts => [.. Directory.GetFiles(Store, "*.part").Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _open.ForEach(gallery => gallery.DisposeAsync().AsTask().GetAwaiter().GetResult());
        _folder.Dispose();
    }

    [Fact]
    public async Task SearchAsync_OfAReopenedGallery_AnswersFromItsPart()
    {
        await WriteAsync(Open(), 0, Count);
        await AssertAnswersAsync(Open(), Count);
        var part = Assert.Single(Parts);
        var written = File.GetLastWriteTimeUtc(part);
        await DamageAsync(_folder["store", "embeddings.bin"], 5_000);

        var reopened = Open();
        await AssertAnswersAsync(reopened, Count);
        Assert.Equal(Count, await reopened.CountAsync(cancellationToken: Cancel));
        Assert.Equal(written, File.GetLastWriteTimeUtc(part));
        await Assert.ThrowsAsync<GalleryException>(() => reopened.GetAsync([.. Enumerable.Range(0, Count).Select(Id)], Cancel).AsTask());
    }

    [Fact]
    public async Task SearchAsync_AfterChangesSinceThePart_SeesThem()
    {
        var writer = Open();
        await WriteAsync(writer, 0, Count);
        await AssertAnswersAsync(writer, Count);
        await writer.RemoveAsync([Id(3)], Cancel);
        await WriteAsync(writer, Count, Count + 20);
        await writer.UpsertAsync([Entry(3), Entry(4) with { Properties = new GalleryProperties { Owner = "me" } }], Cancel);
        foreach (var gallery in new[] { writer, Open(), Open(options: new FolderGalleryOptions { IsReadOnly = true }) })
        {
            await AssertAnswersAsync(gallery, Count + 20);
            Assert.Equal(1, await gallery.CountAsync(new GalleryFilter.OwnedBy("me"), Cancel));
            Assert.Equal(Id(4), (await gallery.SearchAsync([new GalleryQuery(Item(9), new SearchOptions { Filter = new GalleryFilter.OwnedBy("me") })], Cancel))[0].Hits.Single().Id);
        }
    }

    [Fact]
    public async Task SearchAsync_OfSeveralPartsWithTheSameItems_AnswersFromTheNewest()
    {
        var (left, right) = (Open("left"), Open("right"));
        await WriteAsync(left, 0, Count, shift: 1);
        await AssertCountAsync(left, Count);
        await WriteAsync(right, 0, Count / 2);
        await right.RemoveAsync([.. Enumerable.Range(Count / 2, Count / 2).Select(Id)], Cancel);
        await AssertAnswersAsync(right, Count / 2);
        Assert.Equal(2, Parts.Length);
        await AssertAnswersAsync(Open(), Count / 2);
    }

    [Fact]
    public async Task UpsertAsync_OfManyBatches_KeepsFewParts()
    {
        var gallery = Open();
        await AssertCountAsync(gallery, 0);
        for (var first = 0; first < 64 * 64; first += 64)
        {
            await WriteAsync(gallery, first, first + 64);
        }

        await AssertAnswersAsync(gallery, 64 * 64);
        Assert.InRange(Parts.Length, 1, 7);
        await AssertAnswersAsync(Open(), 64 * 64);
        Assert.InRange(Directory.GetFiles(Store).Length, 4, 10);
    }

    [Theory]
    [InlineData("pairs")]
    [InlineData("weighed")]
    [InlineData("middle")]
    public async Task SearchAsync_ByOtherRows_UsesNoPartOfMeans(string kind)
    {
        await WriteAsync(Open(), 0, Count);
        await AssertAnswersAsync(Open(), Count);
        var options = kind switch
        {
            "pairs" => new FolderGalleryOptions { Similarity = Similarities.MaxOverPairs },
            "weighed" => new FolderGalleryOptions { Similarity = Similarities.QueryTimePooled() },
            _ => new FolderGalleryOptions { Pooling = FramePoolings.Middle },
        };
        await AssertAnswersAsync(Open(options: options), Count);
        Assert.Equal(kind == "pairs" ? 2 : 1, Parts.Length);
        await AssertAnswersAsync(Open(options: options), Count);
    }

    [Fact]
    public async Task SearchAsync_WithAnyByteOfAPartFlipped_AnswersAsBefore()
    {
        await WriteAsync(Open(), 0, Count);
        await AssertAnswersAsync(Open(), Count);
        var part = Assert.Single(Parts);
        var whole = await File.ReadAllBytesAsync(part, Cancel);
        for (var at = 0; at < whole.Length; at += Math.Max(1, whole.Length / 60))
        {
            await using (var gallery = new FolderGallery(Store, null) { ItemsOfPart = 64 })
            {
                await DamageAsync(part, at);
                await AssertAnswersAsync(gallery, Count);
            }

            Assert.Equal([part], Parts);
            await File.WriteAllBytesAsync(part, whole, Cancel);
        }
    }

    [Fact]
    public async Task Open_OfPartsThatBelongToOtherBytes_ReadsTheSegment()
    {
        await WriteAsync(Open(), 0, Count);
        await AssertAnswersAsync(Open(), Count);
        var part = Assert.Single(Parts);
        var old = await File.ReadAllBytesAsync(part, Cancel);
        Dispose(_open);
        var writer = Open();
        await writer.UpsertAsync([Entry(0)], Cancel);
        await writer.CompactAsync(Cancel);
        Assert.Empty(Parts);
        await writer.RemoveAsync([Id(Count - 1)], Cancel);
        await File.WriteAllBytesAsync(part, old, Cancel);
        await AssertAnswersAsync(Open(), Count - 1);
    }

    [Fact]
    public async Task Write_OfAPartInterruptedAtAnyStep_LosesNothing()
    {
        for (var stop = 1; ; stop++)
        {
            var (steps, gallery) = (0, Open());
            gallery.Step = step =>
            {
                if (step.Contains("part", StringComparison.Ordinal) && ++steps == stop)
                {
                    throw new IOException("There is not enough space on the disk.");
                }
            };
            await WriteAsync(gallery, 0, 100);
            await AssertAnswersAsync(gallery, 100);
            Assert.Empty(Directory.GetFiles(Store, "*.tmp"));
            var isDone = Parts.Length > 0;
            Dispose(_open);
            await AssertAnswersAsync(Open(), 100);
            Dispose(_open);
            Directory.Delete(Store, recursive: true);
            if (isDone)
            {
                Assert.Equal(4, stop);
                return;
            }
        }
    }

    [Fact]
    public async Task UpsertAsync_WhereAKilledProcessLeftHalfAPart_CleansUp()
    {
        await WriteAsync(Open(), 0, 3);
        Dispose(_open);
        string[] left = [_folder["store", "embeddings.mean.0-ff.part.ab.cd.tmp"], _folder["store", "embeddings-other.mean.0-ff.part.ab.cd.tmp"]];
        Array.ForEach(left, file => File.WriteAllText(file, "half"));
        await WriteAsync(Open(), 3, 4);
        Assert.Equal([false, true], left.Select(File.Exists));
    }

    private static void Dispose(List<FolderGallery> open)
    {
        open.ForEach(gallery => gallery.DisposeAsync().AsTask().GetAwaiter().GetResult());
        open.Clear();
    }

    private static MediaId Id(int item) => new($"item-{item:D5}");

    private static EmbeddingSet Item(int seed)
    {
        var random = new Random(seed);
        return new EmbeddingSet(new float[D].Select(_ => random.NextSingle() - 0.5f).ToArray(), 1, D);
    }

    private static GalleryEntry Entry(int item, int shift = 0) => new(Id(item), Item(item + (100_000 * shift)));

    private static async Task WriteAsync(FolderGallery gallery, int from, int to, int shift = 0) =>
        await gallery.UpsertAsync([.. Enumerable.Range(from, to - from).Select(item => Entry(item, shift))], Cancel);

    private static async Task AssertCountAsync(FolderGallery gallery, int count) =>
        Assert.Equal(count, (await gallery.SearchAsync([new GalleryQuery(Item(-1), SearchOptions.Default)], Cancel))[0].Candidates);

    /// <summary>Few hits are found by codes, all by scanning, many queries by products.</summary>
    private static async Task AssertAnswersAsync(FolderGallery gallery, int count)
    {
        foreach (var (queries, top) in new[] { (1, 5), (20, 5), (1, 10_000) })
        {
            GalleryQuery[] asked = [.. Enumerable.Range(1, queries).Select(query => new GalleryQuery(Item(-query), new SearchOptions { Top = top, Exclude = new HashSet<MediaId> { Id(1) } }))];
            var found = await gallery.SearchAsync(asked, Cancel);
            for (var q = 0; q < queries; q++)
            {
                var expected = Enumerable.Range(0, count).Where(item => item != 1)
                    .Select(item => (Id: Id(item), Score: Similarities.MeanPooled.Score(asked[q].Embedding, Item(item)))).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id).Take(top);
                Assert.Equal(expected, found[q].Hits.Select(hit => (hit.Id, hit.Score)));
            }
        }
    }

    private static async Task DamageAsync(string path, int at)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 0x40));
    }

    private FolderGallery Open(string segment = "", FolderGalleryOptions? options = null)
    {
        _open.Add(new FolderGallery(Store, Fingerprint, options ?? new FolderGalleryOptions { Segment = segment, Staleness = TimeSpan.Zero }) { ItemsOfPart = 64 });
        return _open[^1];
    }
}
