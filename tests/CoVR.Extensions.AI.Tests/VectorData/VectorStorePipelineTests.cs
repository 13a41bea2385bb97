using CoVR.Media;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.VectorData;
using SkiaSharp;

namespace CoVR.Extensions.AI.Tests.VectorData;

/// <summary>Pipelines of a host, with vector stores on either side.</summary>
[Collection("torch")]
public sealed class VectorStorePipelineTests : IAsyncDisposable
{
    private readonly InMemoryVectorStore _store = new();
    private readonly ServiceProvider _services;

    public VectorStorePipelineTests()
    {
        var services = new ServiceCollection();
        services.AddSingleton<VectorStore>(_store);
        foreach (var name in new[] { "", "named" })
        {
            services.AddCoVR(name)
                .UseEmbeddingGenerators(_ => new ColourGenerator(), _ => new ColourGenerator(), options => options.Model = "colours")
                .UseVectorStoreGallery<Guid>($"gallery {name}")
                .AddVectorStoreCollection<string, Photo>("photos");
        }

        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("named")]
    public async Task SearchAsync_OfEachKindOfQuery_FindsWhatThePipelineEmbedded(string pipeline)
    {
        var photos = _services.GetRequiredKeyedService<VectorStoreCollection<string, Photo>>(pipeline);
        await photos.UpsertAsync([new() { Key = "red", Picture = Picture(255, 0, 0), Owner = "Zoë" }, new() { Key = "green", Picture = Picture(0, 255, 0) }, new() { Key = "blue", Picture = Picture(0, 0, 255) }], Token);
        Assert.Equal(3, await _services.GetRequiredKeyedService<IGallery>(pipeline).CountAsync(cancellationToken: Token));
        Assert.Equal("green", await BestAsync("green"));
        Assert.Equal("blue", await BestAsync(Picture(0, 0, 200)));
        Assert.Equal("red", await BestAsync(new float[] { 1, 0, 0 }));
        MediaSource reference = MediaSource.FromFrames([new RgbFrame(1, 1, new byte[] { 255, 0, 0 })]);
        Assert.Equal("red", await BestAsync(reference));
        var hits = await photos.SearchAsync(new ComposedQuery(reference, "green"), 3, cancellationToken: Token).ToListAsync(Token);
        Assert.Equal("blue", hits[^1].Record.Key);
        Assert.Equal(hits[0].Score!.Value, hits[1].Score!.Value, 3);
        Assert.Equal("red", await BestAsync("blue", new() { Filter = photo => photo.Owner == "Zoë" }));

        async Task<string> BestAsync<T>(T query, VectorSearchOptions<Photo>? options = null)
            where T : notnull => (await photos.SearchAsync(query, 1, options, Token).SingleAsync(Token)).Record.Key;
    }

    [Fact]
    public async Task UpsertAsync_OfMedia_EmbedsThemOnceAndAgainWhenTheyChange()
    {
        var photos = _services.GetRequiredService<VectorStoreCollection<string, Photo>>();
        await photos.UpsertAsync(new Photo { Key = "a", Picture = Picture(255, 0, 0) }, Token);
        var calls = ColourGenerator.Pictures;
        await photos.UpsertAsync(new Photo { Key = "a", Picture = Picture(255, 0, 0), Owner = "Zoë" }, Token);
        Assert.Equal(calls, ColourGenerator.Pictures);
        Assert.Equal("Zoë", (await photos.GetAsync("a", cancellationToken: Token))!.Owner);
        await photos.UpsertAsync(new Photo { Key = "a", Picture = Picture(0, 0, 255) }, Token);
        var hit = await photos.SearchAsync("blue", 1, cancellationToken: Token).SingleAsync(Token);
        Assert.Equal(1, hit.Score!.Value, 3);
        Assert.Null(hit.Record.Owner);
    }

    [Fact]
    public async Task UpsertAsync_OfMediaThatCannotBeRead_NamesTheRecordAndTheReason()
    {
        var photos = _services.GetRequiredService<VectorStoreCollection<string, Photo>>();
        var error = await Assert.ThrowsAsync<VectorStoreException>(() => photos.UpsertAsync([new() { Key = "bad", Picture = new DataContent("nonsense"u8.ToArray(), "image/png") }, new() { Key = "good", Picture = Picture(1, 1, 1) }], Token));
        Assert.Contains("1 of 2 records could not be embedded, among them 'photos/bad'", error.Message, StringComparison.Ordinal);
        Assert.IsType<MediaReadException>(error.InnerException);
        await Assert.ThrowsAsync<VectorStoreException>(() => photos.SearchAsync(new DataContent("nonsense"u8.ToArray(), "image/png"), 1, cancellationToken: Token).ToListAsync(Token).AsTask());
        await Assert.ThrowsAsync<NotSupportedException>(() => photos.GetAsync("good", new() { IncludeVectors = true }, Token));
        await Assert.ThrowsAsync<NotSupportedException>(() => photos.SearchAsync(8, 1, cancellationToken: Token).ToListAsync(Token).AsTask());
    }

    [Theory]
    [InlineData("")]
    [InlineData("named")]
    public void Services_OfACollection_AreOneObject(string pipeline)
    {
        var collection = _services.GetRequiredKeyedService<VectorStoreCollection<string, Photo>>(pipeline);
        Assert.Same(collection, _services.GetRequiredKeyedService<IVectorSearchable<Photo>>(pipeline));
        Assert.Same(collection, _services.GetRequiredKeyedService<IKeywordHybridSearchable<Photo>>(pipeline));
        Assert.NotSame(_store, _services.GetRequiredKeyedService<VectorStore>(pipeline));
        Assert.Equal(pipeline.Length == 0, ReferenceEquals(collection, _services.GetRequiredService<IVectorSearchable<Photo>>()));
        Assert.Equal(pipeline, ((VectorStoreCollectionMetadata)collection.GetService(typeof(VectorStoreCollectionMetadata))!).VectorStoreName);
    }

    [Fact]
    public async Task UseVectorStoreGallery_WithoutAForeignStore_SaysWhatIsMissing()
    {
        var services = new ServiceCollection();
        services.AddCoVR().UseEmbeddingGenerators(_ => new ColourGenerator(), _ => new ColourGenerator(), options => options.Model = "colours").UseVectorStoreGallery<string>("items").AddVectorStore();
        await using var provider = services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await provider.GetRequiredService<IGallery>().GetInfoAsync(Token));
        Assert.Contains("none is registered", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetInfoAsync_OfACollectionOfAnotherModel_IsRefused()
    {
        await _services.GetRequiredService<IGallery>().GetInfoAsync(Token);
        var services = new ServiceCollection();
        services.AddSingleton<VectorStore>(_store);
        services.AddCoVR().UseEmbeddingGenerators(_ => new ColourGenerator(), _ => new ColourGenerator(), options => options.Model = "other colours").UseVectorStoreGallery<Guid>("gallery ");
        await using var provider = services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await provider.GetRequiredService<IGallery>().GetInfoAsync(Token));
        Assert.Contains("another model", error.Message, StringComparison.Ordinal);
    }

    private static DataContent Picture(byte red, byte green, byte blue) => new(MediaWriter.EncodePng(new RgbFrame(1, 1, new[] { red, green, blue })), "image/png");

    public sealed class Photo
    {
        [VectorStoreKey]
        public string Key { get; set; } = "";

        [VectorStoreData]
        public string? Owner { get; set; }

        [VectorStoreVector(3)]
        public DataContent? Picture { get; set; }
    }

    /// <summary>Embeds pictures and the names of colours as colours.</summary>
    private sealed class ColourGenerator : IEmbeddingGenerator<string, Embedding<float>>, IEmbeddingGenerator<DataContent, Embedding<float>>
    {
        public static int Pictures { get; private set; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => Unit(text.Contains("red") ? 1 : 0, text.Contains("green") ? 1 : 0, text.Contains("blue") ? 1 : 0.001f))));

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            var made = values.Select(content =>
            {
                Pictures++;
                using var picture = SKBitmap.Decode(content.Data.Span);
                var colour = picture.GetPixel(0, 0);
                return Unit(colour.Red, colour.Green, colour.Blue);
            });
            return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(made));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

        public void Dispose()
        {
        }

        private static Embedding<float> Unit(float red, float green, float blue)
        {
            var length = MathF.Sqrt((red * red) + (green * green) + (blue * blue));
            return new Embedding<float>(new[] { red / length, green / length, blue / length });
        }
    }
}
