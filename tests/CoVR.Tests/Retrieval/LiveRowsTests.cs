using System.Buffers;
using System.Runtime.InteropServices;
using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

[Collection("torch")]
public sealed class LiveRowsTests
{
    private const int D = 16;
    private static readonly ExactSearch Engine = new(Similarities.MeanPooled, 1);

    [Fact]
    public void Find_BeforePublish_ReturnsTheStateBefore()
    {
        var live = new LiveRows(D);
        live.Upsert(Item(1), Row(1));
        Assert.Equal(0, live.Snapshot.Count);
        live.Publish();
        var before = live.Snapshot;
        live.Upsert(Item(1), Row(2));
        live.Upsert(Item(2), Row(2));
        live.Publish();
        Assert.Equal((1, 2), (before.Count, live.Snapshot.Count));
        Assert.Equal(Row(1), before.RowsAt(0).ToArray());
        Assert.Equal(Row(2), live.Snapshot.RowsAt(live.Find([[Item(1).Id]]).Ordinals[0][0]).ToArray());
    }

    [Fact]
    public void Search_AfterManyChanges_EqualsTheSpecification()
    {
        var (live, model, random) = (new LiveRows(D), new Dictionary<int, float[]>(), new Random(5));
        for (var change = 0; change < 30_000; change++)
        {
            var id = random.Next(6000);
            if (random.Next(3) == 0)
            {
                Assert.Equal(model.Remove(id), live.Remove(Item(id).Id));
            }
            else
            {
                live.Upsert(Item(id), model[id] = Row(random.Next()));
            }

            live.Publish();
        }

        Assert.Equal(model.Count, live.Snapshot.Count);
        AssertRanks(live, model, queries: 1);
        AssertRanks(live, model, queries: 60);
    }

    [Fact]
    public void Publish_AfterUnlimitedReplacements_KeepsTheRowsWithinTwiceTheLivingOnes()
    {
        var live = new LiveRows(D);
        for (var round = 0; round < 40; round++)
        {
            for (var id = 0; id < 5000; id++)
            {
                live.Upsert(Item(id), Row(id + round));
            }

            live.Publish();
            Assert.InRange(live.Snapshot.Rows, 5000, (2 * 5000) + RowBlock.Capacity);
        }

        for (var id = 0; id < 5000; id++)
        {
            live.Remove(Item(id).Id);
        }

        live.Publish();
        Assert.Equal((0, 0), (live.Snapshot.Count, live.Snapshot.Rows));
    }

    [Fact]
    public void Publish_OfOneItemReplacedAgainAndAgain_KeepsFewRows()
    {
        var live = new LiveRows(D);
        for (var version = 0; version < 20_000; version++)
        {
            live.Upsert(Item(0), Row(version));
            live.Publish();
            Assert.InRange(live.Snapshot.Rows, 1, 600);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public unsafe void Search_OverUnmanagedMemory_EqualsTheSpecification(int queries)
    {
        const int count = 9000;
        var values = (float*)NativeMemory.Alloc(count * D, sizeof(float));
        try
        {
            var (live, model) = (new LiveRows(D), new Dictionary<int, float[]>());
            for (var i = 0; i < count; i++)
            {
                Row(i).CopyTo(new Span<float>(values + (i * D), D));
                model[i] = Row(i);
            }

            using var memory = new Unmanaged(values, count * D);
            foreach (var block in RowBlock.Cut(memory.Memory, [.. Enumerable.Range(0, count).Select(Item)], item => item, D))
            {
                live.Add(block);
            }

            live.Publish();
            live.Upsert(Item(17), model[17] = Row(-17));
            live.Remove(Item(4242).Id);
            model.Remove(4242);
            live.Publish();
            AssertRanks(live, model, queries);
        }
        finally
        {
            NativeMemory.Free(values);
        }
    }

    [Fact]
    public void Publish_WhenNoItemOfAForeignBlockIsAlive_LetsItGo()
    {
        var live = new LiveRows(D);
        live.Add(RowBlock.Cut(Enumerable.Range(0, 3).SelectMany(Row).ToArray(), [Item(0), Item(1), Item(2)], item => item, D).Single());
        live.Publish();
        live.Remove(Item(0).Id);
        live.Remove(Item(1).Id);
        live.Publish();
        Assert.Equal((1, 3), (live.Snapshot.Count, live.Snapshot.Rows));
        live.Upsert(Item(2), Row(7));
        live.Publish();
        Assert.Equal((1, 1), (live.Snapshot.Count, live.Snapshot.Rows));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(1, 700)]
    [InlineData(40, 3)]
    [InlineData(40, 700)]
    public void Search_WithAFilterOfAnySelectivity_EqualsTheSpecification(int queries, int oneIn)
    {
        var (live, model) = (new LiveRows(D), new Dictionary<int, float[]>());
        for (var i = 0; i < 20_000; i++)
        {
            live.Upsert(Item(i, i % oneIn == 0 ? "rare" : "common"), Row(i));
            if (i % oneIn == 0)
            {
                model[i] = Row(i);
            }
        }

        live.Publish();
        AssertRanks(live, model, queries, new GalleryFilter.HasTag("rare"));
    }

    [Fact]
    public void Search_CancelledBetweenBlocks_Stops()
    {
        using var source = new CancellationTokenSource();
        var calls = 0;
        var engine = new ExactSearch(new Counting(() =>
        {
            if (Interlocked.Increment(ref calls) == 100)
            {
                source.Cancel();
            }
        }), 1);
        var live = new LiveRows(D);
        for (var i = 0; i < 20_000; i++)
        {
            live.Upsert(Item(i), Row(i));
        }

        live.Publish();
        Assert.ThrowsAny<OperationCanceledException>(() => engine.Search(live, [new GalleryQuery(Query(1), SearchOptions.Default)], source.Token));
        Assert.InRange(calls, 100, 1000);
    }

    private static void AssertRanks(LiveRows live, Dictionary<int, float[]> model, int queries, GalleryFilter? filter = null)
    {
        var excluded = model.Keys.Take(3).Select(id => Item(id).Id).ToHashSet();
        var options = new SearchOptions { Top = 9, Offset = 4, Filter = filter, Exclude = excluded };
        var asked = Enumerable.Range(0, queries).Select(i => new GalleryQuery(Query(i), options)).ToArray();
        var found = Engine.Search(live, asked, CancellationToken.None);
        for (var q = 0; q < queries; q++)
        {
            var expected = model.Select(pair => (Item(pair.Key).Id, Score: VectorMath.Dot(asked[q].Embedding.Values.Span, pair.Value)))
                .Where(pair => !excluded.Contains(pair.Id)).OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Id)
                .Skip(4).Take(9).Select((pair, i) => new SearchHit(pair.Id, pair.Score, i + 5));
            Assert.Equal(expected, found[q].Hits);
            Assert.Equal(model.Count - 3, found[q].Candidates);
        }
    }

    private static EmbeddingSet Query(int seed) => new(Row(1_000_000 + seed), 1, D);

    private static LiveItem Item(int id) => Item(id, "none");

    private static LiveItem Item(int id, string tag) => new(new GalleryItem(new MediaId($"item-{id}"), new GalleryProperties { Tags = [tag] }));

    // Few different numbers, so that ties are frequent.
    private static float[] Row(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, D).Select(_ => (float)random.Next(-2, 3))];
    }

    private sealed unsafe class Unmanaged(float* values, int length) : MemoryManager<float>
    {
        public override Span<float> GetSpan() => new(values, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(values + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Counting(Action called) : ISimilarity
    {
        public string Name => "counting";

        public float Score(EmbeddingSet query, EmbeddingSet candidate)
        {
            called();
            return 0;
        }
    }
}
