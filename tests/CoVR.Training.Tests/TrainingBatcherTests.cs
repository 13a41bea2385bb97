namespace CoVR.Training.Tests;

public sealed class TrainingBatcherTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_AnyNumberOfWorkers_GivesTheSameBatches()
    {
        var one = await ReadAll(new FakeWorld(), 1);
        var random = new Random(3);
        var slow = new FakeWorld { OnRead = _ => Task.Delay(random.Next(3), Token) };
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
        await using var batches = world.Batcher(batchSize: 4, workers: 2).ReadAsync(0, 0, Token).GetAsyncEnumerator(Token);
        Assert.True(await batches.MoveNextAsync());
        await Task.Delay(100, Token);
        Assert.InRange(world.Reads, 4, 12);
    }

    [Fact]
    public async Task ReadAsync_UnreadableItem_FailsWithItsErrorAndStopsTheOthers()
    {
        var world = new FakeWorld
        {
            OnRead = id => id.Value == "item/007"
                ? Task.FromException(new MediaReadException(id.Value, MediaFailure.Corrupt, "broken"))
                : Task.CompletedTask,
        };
        var error = await Assert.ThrowsAsync<MediaReadException>(() => ReadAll(world, 3));
        Assert.Equal("item/007", error.Media);
        var reads = world.Reads;
        await Task.Delay(50, Token);
        Assert.Equal(reads, world.Reads);
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
    public async Task CachedPixelSource_SecondEpoch_ReadsNothingAgain()
    {
        var world = new FakeWorld(4);
        var cache = new CachedPixelSource(world);
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
                    string.Join(' ', batch.Targets.Values.ToArray()) + string.Join(' ', batch.Modifications.Ids));
            }
        }

        return all;
    }
}
