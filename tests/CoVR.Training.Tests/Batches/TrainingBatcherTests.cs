using CoVR.Data;
using CoVR.Training.Batches;
using CoVR.Training.Sampling;
using CoVR.Training.Tests.Fakes;

namespace CoVR.Training.Tests.Batches;

public sealed class TrainingBatcherTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_AnyNumberOfWorkers_GivesTheSameBatches()
    {
        var one = await ReadAll(new FakeWorld(), 1);
        var random = new Random(3);
        var slow = new FakeWorld { OnRead = _ => YieldAsync(random.Next(20)) };
        Assert.Equal(one, await ReadAll(slow, 5));
    }

    [Fact]
    public async Task ReadAsync_FromTheMiddle_GoesOnAsIfReadFromTheStart()
    {
        var world = new FakeWorld();
        var all = await ReadAll(world, 2);
        Assert.Equal(all.Skip(4), await ReadAll(world, 2, first: 4));
    }

    [Fact]
    public async Task ReadAsync_OtherEpoch_DrawsOtherNumbersForTheSameItem()
    {
        var world = new FakeWorld(8);
        await using var zero = world.Batcher().ReadAsync(0, 0, Token).GetAsyncEnumerator(Token);
        await using var one = world.Batcher().ReadAsync(1, 0, Token).GetAsyncEnumerator(Token);
        Assert.True(await zero.MoveNextAsync() && await one.MoveNextAsync());
        var at = zero.Current.Triplets.ToList().FindIndex(triplet => triplet == one.Current.Triplets[0]);
        Assert.NotEqual(zero.Current.References!.Values.Slice(at * 48, 48).ToArray(), one.Current.References!.Values[..48].ToArray());
    }

    [Fact]
    public async Task ReadAsync_SlowConsumer_PreparesOnlyAsManyBatchesAsThereAreWorkers()
    {
        var world = new FakeWorld();
        await using (var batches = world.Batcher(batchSize: 4, workers: 2).ReadAsync(0, 0, Token).GetAsyncEnumerator(Token))
        {
            Assert.True(await batches.MoveNextAsync());
            await FileChanges.UntilAsync(() => world.Reads >= 12, () => { }, Token);
        }

        // Disposal waits for what has begun.
        Assert.Equal(12, world.Reads);
    }

    [Fact]
    public async Task ReadAsync_UnreadableItem_FailsWithItsErrorAndStopsTheOthers()
    {
        var running = 0;
        var world = new FakeWorld
        {
            OnRead = async id =>
            {
                Interlocked.Increment(ref running);
                await YieldAsync(3);
                Interlocked.Decrement(ref running);
                if (id.Value == "item/007")
                {
                    throw new MediaReadException(id.Value, MediaFailure.Corrupt, "broken");
                }
            },
        };
        var error = await Assert.ThrowsAsync<MediaReadException>(() => ReadAll(world, 3));
        Assert.Equal("item/007", error.Media);
        Assert.Equal(0, running);
    }

    [Fact]
    public async Task ReadAsync_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        var world = new FakeWorld { OnRead = id => Task.Delay(Timeout.Infinite, stop.Token) };
        var reading = First(world.Batcher().ReadAsync(0, 0, stop.Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task ReadAsync_Captions_AreTokenisedWhenAskedFor()
    {
        await using var batches = new FakeWorld().Batcher(captions: true).ReadAsync(0, 0, Token).GetAsyncEnumerator(Token);
        Assert.True(await batches.MoveNextAsync());
        Assert.Equal((8, 8), (batches.Current.Captions!.Rows, batches.Current.Captions.Length));
    }

    [Fact]
    public async Task ReadAsync_TripletsWithAlternatives_DrawsOneAnewAtEachUse()
    {
        var world = new FakeWorld(8);
        string[] texts = ["make it red", "make it blue", "make it green"];
        Triplet[] triplets = [.. world.Triplets.Select((triplet, i) => i == 0 ? triplet : triplet with { Alternatives = texts, Modification = texts[0] })];
        Dictionary<string, string> known = texts.ToDictionary(text => Ids(world.Texts.Encode([text]), 0), text => text);
        Dictionary<string, HashSet<string>> drawn = [];
        for (var epoch = 0; epoch < 20; epoch++)
        {
            var first = await Texts(epoch);
            Assert.Equal(first, await Texts(epoch));
            foreach (var (id, ids) in first)
            {
                (drawn.TryGetValue(id, out var all) ? all : drawn[id] = []).Add(ids);
            }
        }

        Assert.Equal(Ids(world.Texts.Encode([triplets[0].Modification]), 0), Assert.Single(drawn["t0"]));
        Assert.All(drawn.Where(pair => pair.Key != "t0"), pair => Assert.Equal(texts.Order(), pair.Value.Select(ids => known[ids]).Order()));

        async Task<Dictionary<string, string>> Texts(int epoch)
        {
            TrainingBatcher batcher = new(
                triplets, new TripletSampler(triplets, new TripletSamplerOptions { BatchSize = 8 }), new ComposedBatchSources { Texts = world.Texts, Targets = world, References = world });
            await using var batches = batcher.ReadAsync(epoch, 0, Token).GetAsyncEnumerator(Token);
            Assert.True(await batches.MoveNextAsync());
            using var batch = batches.Current;
            return batch.Triplets.Select((triplet, row) => (triplet.Id, Ids: Ids(batch.Modifications, row))).ToDictionary(pair => pair.Id, pair => pair.Ids);
        }

        static string Ids(CoVR.Modeling.TokenizedText text, int row) => string.Join(' ', text.Ids.Skip(row * text.Length).Take(text.Length));
    }

    [Fact]
    public async Task ReadAsync_StoredCaptions_AreThoseOfEachTarget()
    {
        var world = new FakeWorld(8);
        string[] captions = [.. world.Triplets.Select(triplet => triplet.TargetCaption!)];
        var table = captions.Index().ToDictionary(caption => caption.Item, caption => (ReadOnlyMemory<float>)new float[] { 2 * caption.Index, (2 * caption.Index) + 1 });
        TrainingBatcher batcher = new(world.Triplets, new TripletSampler(world.Triplets, new TripletSamplerOptions { BatchSize = 8 }), new ComposedBatchSources
        {
            Texts = world.Texts,
            Targets = world,
            References = world,
            CaptionEmbeddings = table,
        });
        await using var batches = batcher.ReadAsync(0, 0, Token).GetAsyncEnumerator(Token);
        Assert.True(await batches.MoveNextAsync());
        using var batch = batches.Current;
        Assert.Equal(batch.Triplets.SelectMany(triplet => table[triplet.TargetCaption!].ToArray()), batch.CaptionEmbeddings!.Values.ToArray());
        Assert.Equal((8, 1, 2), (batch.CaptionEmbeddings.Frames, batch.CaptionEmbeddings.Vectors, batch.CaptionEmbeddings.Dimensions));
    }

    [Fact]
    public async Task CachedPixelSource_SecondEpoch_ReadsNothingAgain()
    {
        var world = new FakeWorld(4);
        var cache = new CachedPixelSource(world, 1L << 30);
        var first = await Read(cache, "item/001");
        Assert.Equal(first, await Read(cache, "item/001"));
        Assert.Equal((1, 1), (world.Reads, cache.Count));
    }

    [Fact]
    public async Task CachedPixelSource_BeyondItsLimit_ReadsAnew()
    {
        var world = new FakeWorld(4);
        var cache = new CachedPixelSource(world, maximumBytes: 48 * sizeof(float));
        foreach (var id in new[] { "item/001", "item/002", "item/002", "item/001" })
        {
            await Read(cache, id);
        }

        Assert.Equal((3, 1), (world.Reads, cache.Count));
    }

    private static async Task YieldAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await Task.Yield();
        }
    }

    private static async Task First(IAsyncEnumerable<ComposedBatch> batches)
    {
        await using var enumerator = batches.GetAsyncEnumerator(Token);
        await enumerator.MoveNextAsync();
    }

    private static async Task<float[]> Read(CachedPixelSource source, string id)
    {
        var pixels = new float[48];
        await source.ReadAsync(new MediaId(id), new Random(1), pixels, Token);
        return pixels;
    }

    private static async Task<List<string>> ReadAll(FakeWorld world, int workers, int first = 0)
    {
        List<string> all = [];
        await foreach (var batch in world.Batcher(workers: workers).ReadAsync(2, first, Token))
        {
            using (batch)
            {
                all.Add(string.Join(' ', batch.Triplets.Select(triplet => triplet.Id)) + string.Join(' ', batch.References!.Values.ToArray()) +
                    string.Join(' ', batch.Targets!.Values.ToArray()) + string.Join(' ', batch.Modifications.Ids));
            }
        }

        return all;
    }
}
