using Xunit;

namespace CoVR.Conformance;

/// <summary>What every source of embeddings keeps.</summary>
public abstract class EmbeddingSourceConformance
{
    /// <summary>Q of the embeddings that are tried.</summary>
    protected virtual int Vectors => 2;

    /// <summary>D of the embeddings that are tried.</summary>
    protected virtual int Dimensions => 8;

    /// <summary>The fingerprint of all embeddings.</summary>
    protected EmbeddingFingerprint Fingerprint => new("model", new string('a', 64), "4 pixels", Vectors, Dimensions);

    /// <summary>Makes a source that holds items, of <see cref="Fingerprint"/>.</summary>
    /// <param name="items">The items [F, Q, D].</param>
    /// <returns>The source; it is disposed when it can be.</returns>
    protected abstract ValueTask<IEmbeddingSource> CreateSourceAsync(IReadOnlyDictionary<MediaId, EmbeddingSet> items);

    [Theory]
    [InlineData("plain", 1)]
    [InlineData("1065/1012345", 4)]
    [InlineData("été 猫", 2)]
    public async Task ReadAsync_OfAnItem_ReturnsItsNumbers(string id, int frames)
    {
        var item = SampleEmbeddings.Next(new Random(frames), Vectors, Dimensions, frames);
        var source = await CreateSourceAsync(new Dictionary<MediaId, EmbeddingSet> { [new(id)] = item, [new("other")] = Item(9) });
        await using var owner = source as IAsyncDisposable;
        AssertSame(item, await source.ReadAsync(new MediaId(id), Token));
        Assert.True(await source.ContainsAsync(new MediaId(id), Token));
    }

    [Fact]
    public async Task ReadAsync_OfAnUnknownItem_ReturnsNull()
    {
        var source = await CreateSourceAsync(new Dictionary<MediaId, EmbeddingSet> { [new("a")] = Item(1) });
        await using var owner = source as IAsyncDisposable;
        Assert.Null(await source.ReadAsync(new MediaId("b"), Token));
        Assert.False(await source.ContainsAsync(new MediaId("b"), Token));
    }

    [Fact]
    public async Task GetFingerprintAsync_IsTheOneItWasMadeFor()
    {
        var source = await CreateSourceAsync(new Dictionary<MediaId, EmbeddingSet> { [new("a")] = Item(1) });
        await using var owner = source as IAsyncDisposable;
        Assert.Equal(Fingerprint, await source.GetFingerprintAsync(Token));
    }

    [Fact]
    public async Task ReadAsync_FromSeveralThreads_ReturnsEachItem()
    {
        var items = Enumerable.Range(0, 50).ToDictionary(i => new MediaId($"{i}"), Item);
        var source = await CreateSourceAsync(items);
        await using var owner = source as IAsyncDisposable;
        var read = await Task.WhenAll(items.Keys.Select(id => Task.Run(async () => await source.ReadAsync(id, Token))));
        Assert.All(items.Values.Zip(read), pair => AssertSame(pair.First, pair.Second));
    }

    [Fact]
    public async Task ReadAsync_WithACancelledToken_Stops()
    {
        var source = await CreateSourceAsync(new Dictionary<MediaId, EmbeddingSet> { [new("a")] = Item(1) });
        await using var owner = source as IAsyncDisposable;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(new MediaId("a"), new CancellationToken(true)));
    }

    /// <summary>The running test's token.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A repeatable embedding of one frame.</summary>
    /// <param name="seed">Makes it repeatable.</param>
    protected EmbeddingSet Item(int seed) => SampleEmbeddings.Next(new Random(seed), Vectors, Dimensions);

    /// <summary>Asserts equal shapes and numbers.</summary>
    /// <param name="expected">What was written.</param>
    /// <param name="actual">What was read.</param>
    protected static void AssertSame(EmbeddingSet expected, EmbeddingSet? actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        Assert.NotNull(actual);
        Assert.Equal((expected.Frames, expected.Vectors, expected.Dimensions), (actual.Frames, actual.Vectors, actual.Dimensions));
        Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
    }
}
