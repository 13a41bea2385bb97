using Xunit;

namespace CoVR.Conformance;

/// <summary>What every embedding store keeps.</summary>
public abstract class EmbeddingStoreConformance
{
    /// <summary>Q and D of the embeddings that are tried.</summary>
    protected static EmbeddingFingerprint Fingerprint { get; } = new("model", new string('a', 64), "4 pixels", 2, 3);

    /// <summary>Makes an empty store for <see cref="Fingerprint"/>.</summary>
    protected abstract IEmbeddingStore Create();

    [Theory]
    [InlineData("plain")]
    [InlineData("1065/1012345")]
    [InlineData("été 猫 🐈")]
    [InlineData("../..")]
    public async Task ReadAsync_OfAWrittenItem_ReturnsItsNumbers(string id)
    {
        var store = Create();
        var item = SampleEmbeddings.Next(new Random(1), 2, 3, frames: 4);
        await store.WriteAsync(new MediaId(id), item, TestContext.Current.CancellationToken);
        var read = await store.ReadAsync(new MediaId(id), TestContext.Current.CancellationToken);
        AssertSame(item, read);
        Assert.True(await store.ContainsAsync(new MediaId(id), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReadAsync_OfAnUnknownItem_ReturnsNull()
    {
        var store = Create();
        Assert.Null(await store.ReadAsync(new MediaId("nobody"), TestContext.Current.CancellationToken));
        Assert.False(await store.ContainsAsync(new MediaId("nobody"), TestContext.Current.CancellationToken));
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public async Task WriteAsync_OfAKnownIdentity_ReplacesTheItemInItsPlace()
    {
        var store = Create();
        var (old, replacement) = (Item(1), Item(2));
        await store.WriteAsync(new MediaId("a"), old, TestContext.Current.CancellationToken);
        await store.WriteAsync(new MediaId("b"), old, TestContext.Current.CancellationToken);
        await store.WriteAsync(new MediaId("a"), replacement, TestContext.Current.CancellationToken);
        Assert.Equal(2, store.Count);
        AssertSame(replacement, await store.ReadAsync(new MediaId("a"), TestContext.Current.CancellationToken));
        Assert.Equal(["a", "b"], await IdsAsync(store));
    }

    [Fact]
    public async Task ReadAllAsync_ReturnsEveryItemInTheOrderOfFirstWriting()
    {
        var store = Create();
        string[] ids = [.. Enumerable.Range(0, 50).Select(i => $"{(i * 37) % 50:D2}")];
        foreach (var id in ids)
        {
            await store.WriteAsync(new MediaId(id), Item(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)), TestContext.Current.CancellationToken);
        }

        Assert.Equal(ids, await IdsAsync(store));
        await foreach (var (id, item) in store.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            AssertSame(Item(int.Parse(id.Value, System.Globalization.CultureInfo.InvariantCulture)), item);
        }
    }

    [Fact]
    public async Task WriteAsync_FromSeveralThreads_LosesNothing()
    {
        var store = Create();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () => await store.WriteAsync(new MediaId($"{i}"), Item(i)))));
        Assert.Equal(64, store.Count);
        for (var i = 0; i < 64; i++)
        {
            AssertSame(Item(i), await store.ReadAsync(new MediaId($"{i}"), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task WriteAsync_OfAnotherShape_IsRefused()
    {
        var store = Create();
        await Assert.ThrowsAsync<EmbeddingStoreException>(async () =>
            await store.WriteAsync(new MediaId("a"), SampleEmbeddings.Next(new Random(1), 2, 4), TestContext.Current.CancellationToken));
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public async Task WriteAsync_WithACancelledToken_WritesNothing()
    {
        var store = Create();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.WriteAsync(new MediaId("a"), Item(1), new CancellationToken(true)));
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void Fingerprint_IsTheOneItWasMadeFor() => Assert.Equal(Fingerprint, Create().Fingerprint);

    /// <summary>A repeatable item.</summary>
    protected static EmbeddingSet Item(int seed) => SampleEmbeddings.Next(new Random(seed), 2, 3);

    /// <summary>Asserts equal shapes and numbers.</summary>
    protected static void AssertSame(EmbeddingSet expected, EmbeddingSet? actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        Assert.NotNull(actual);
        Assert.Equal((expected.Frames, expected.Vectors, expected.Dimensions), (actual.Frames, actual.Vectors, actual.Dimensions));
        Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
    }

    /// <summary>All identities, in the store's order.</summary>
    protected static async Task<List<string>> IdsAsync(IEmbeddingStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        List<string> ids = [];
        await foreach (var (id, _) in store.ReadAllAsync())
        {
            ids.Add(id.Value);
        }

        return ids;
    }
}
