using CoVR.Extensions.AI.VectorData;
using CoVR.Retrieval;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.Tests.VectorData;

/// <summary>What a gallery in a vector store does when the store fails, is another's, or its keys collide.</summary>
public sealed class VectorStoreGalleryTests
{
    private static readonly EmbeddingFingerprint Fingerprint = new("model", new string('a', 64), "4 pixels", 1, 2);
    private readonly InMemoryVectorStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task UpsertAsync_OfABatchThatTheStoreBreaksOff_ChangesNothing(int failing)
    {
        await using var gallery = Open<string>();
        await gallery.UpsertAsync([Entry("a", 1), Entry("b", 2)], Token);
        var calls = 0;
        _store.OnCall = call => FailAt(call == "upsert" && ++calls == failing);
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await gallery.UpsertAsync([Entry("new", 9), Entry("a", 9), Entry("b", 9)], Token));
        Assert.IsType<HttpRequestException>(error.InnerException);
        _store.OnCall = _ => { };
        Assert.Equal([1, 2], (await gallery.GetAsync([new("a"), new("b"), new("new")], Token)).Select(entry => entry.Embedding.Values.Span[0]));
        Assert.Equal(2, (await gallery.SearchAsync([new(Entry("q", 1).Embedding, SearchOptions.Default)], Token))[0].Candidates);
    }

    [Fact]
    public async Task UpsertAsync_WhileTheStoreIsAway_SaysThatAPartMayBeWritten()
    {
        await using var gallery = Open<string>();
        await gallery.UpsertAsync([Entry("a", 1)], Token);
        var calls = 0;
        _store.OnCall = call => FailAt(call is "upsert" or "delete" && ++calls > 1);
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await gallery.UpsertAsync([Entry("a", 9), Entry("b", 9)], Token));
        Assert.Contains("Write them again", error.Message, StringComparison.Ordinal);
        _store.OnCall = _ => { };
        await gallery.UpsertAsync([Entry("a", 9), Entry("b", 9)], Token);
        Assert.Equal(2, await gallery.CountAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task SearchAsync_OfAStoreThatFails_NamesTheCollectionAndNoSecret()
    {
        await using var gallery = Open<string>();
        await gallery.UpsertAsync([Entry("a", 1)], Token);
        _store.OnCall = _ => throw new HttpRequestException("https://user:password@host");
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await gallery.SearchAsync([new(Entry("q", 1).Embedding, SearchOptions.Default)], Token));
        Assert.Contains("items (memory)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("password", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetInfoAsync_AfterAFailure_OpensAtTheNextCall()
    {
        await using var gallery = Open<string>();
        _store.OnCall = _ => throw new HttpRequestException();
        await Assert.ThrowsAsync<GalleryException>(async () => await gallery.GetInfoAsync(Token));
        _store.OnCall = _ => { };
        Assert.True((await gallery.GetInfoAsync(Token)).IsExact);
    }

    [Fact]
    public async Task UpsertAsync_OfIdentitiesWithOneKey_RefusesTheSecond()
    {
        await using var gallery = Open<int>(options => options.Key = id => id.Value[0]);
        await gallery.UpsertAsync([Entry("a", 1)], Token);
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await gallery.UpsertAsync([Entry("b", 1), Entry("also", 2)], Token));
        Assert.Contains("'also' and 'a' have the same key, 97", error.Message, StringComparison.Ordinal);
        Assert.Equal("also", error.Id?.Value);
        await Assert.ThrowsAsync<GalleryException>(async () => await gallery.UpsertAsync([Entry("c", 1), Entry("cc", 2)], Token));
        Assert.False(await gallery.ContainsAsync(new("also"), Token));
        Assert.Equal(0, await gallery.RemoveAsync([new("also")], Token));
        Assert.Equal(1, await gallery.CountAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task GetAsync_OfADamagedRecord_NamesIt()
    {
        await using var gallery = Open<string>();
        await gallery.UpsertAsync([Entry("a", 1), Entry("b", 1)], Token);
        var records = _store.Records<string, GalleryRecord<string>>("items").Values.ToDictionary(record => record.Identity);
        records["a"].Details = "{";
        records["b"].Frames = "AAAA";
        Assert.Equal("a", (await Assert.ThrowsAsync<GalleryException>(async () => await gallery.GetAsync([new("a")], Token))).Id?.Value);
        Assert.Equal("b", (await Assert.ThrowsAsync<GalleryException>(async () => await gallery.GetAsync([new("b")], Token))).Id?.Value);
        Assert.Contains("damaged", (await Assert.ThrowsAsync<GalleryException>(async () => await gallery.CountAsync(cancellationToken: Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_OfATypeWithoutHash_NeedAFunction()
    {
        Assert.Contains("Int16", Assert.Throws<NotSupportedException>(() => Open<short>()).Message, StringComparison.Ordinal);
        Assert.NotNull(Open<short>(options => options.Key = id => (short)id.Value.Length));
    }

    [Fact]
    public void UseVectorStoreGallery_WithWrongOptions_NamesThem()
    {
        var builder = new ServiceCollection().AddCoVR();
        var error = Assert.Throws<OptionsValidationException>(() => builder.UseVectorStoreGallery<string>("items", options => (options.Shortlist, options.IndexKind) = (0, "")));
        Assert.Equal(2, error.Failures.Count());
    }

    private static void FailAt(bool fails)
    {
        if (fails)
        {
            throw new HttpRequestException("The store is away.");
        }
    }

    private VectorStoreGallery<TKey> Open<TKey>(Action<VectorStoreGalleryOptions<TKey>>? configure = null)
        where TKey : notnull
    {
        VectorStoreGalleryOptions<TKey> options = new();
        configure?.Invoke(options);
        return new(_store.GetCollection<TKey, GalleryRecord<TKey>>("items", RecordDefinition.Of(2, options)), Fingerprint, Similarities.MeanPooled, FramePoolings.Mean, options);
    }

    private static GalleryEntry Entry(string id, float value) => new(new MediaId(id), new EmbeddingSet(new[] { value, 0 }, 1, 2));
}
