using CoVR.Embedding;
using CoVR.Storage;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Tests.Embedding;

/// <summary>Galleries in folders, filled through the public door.</summary>
[Collection("torch")]
public sealed class FolderEmbeddingTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EmbedAsync_OfTwoShardsIntoOneFolder_IsReadAsOneStore()
    {
        for (var shard = 0; shard < 2; shard++)
        {
            var index = shard;
            await using var services = Services(builder => builder
                .UseFolderGallery(_folder["store"])
                .Configure(options => options.Embedding.Shard = new Shard(index, 2)));
            await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(FakePipeline.Corners, null, Cancel).CountAsync(Cancel);
        }

        Assert.Equal(["embeddings-0-of-2.bin", "embeddings-1-of-2.bin"], Directory.GetFiles(_folder["store"], "*.bin").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await using IGallery store = new FolderGallery(_folder["store"], null);
        Assert.True((await EmbeddingCoverage.CheckAsync(store, FakePipeline.Corners.Select(item => item.Id), cancellationToken: Cancel)).IsComplete);
        Assert.Equal(8, await store.CountAsync(null, Cancel));
    }

    [Fact]
    public async Task UseFolderGallery_ForAllTokens_HasAFingerprintOfTheirShape()
    {
        await using var services = Services(builder => builder.Configure(options => options.Embedding.StoresVisualTokens = true));
        await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(FakePipeline.Corners, null, Cancel).CountAsync(Cancel);
        var store = services.GetRequiredService<IGallery>();
        var fingerprint = (await store.GetInfoAsync(Cancel)).Fingerprint;
        Assert.Equal((1, 3, 8L), (fingerprint.Vectors, fingerprint.Dimensions, await store.CountAsync(null, Cancel)));
        Assert.Contains("tokens", fingerprint.Preprocessing, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<ICoVRBuilder> configure)
    {
        var builder = new ServiceCollection().AddCoVR().UseModel((_, _) => FakePipeline.Model());
        configure(builder);
        return builder.Services.BuildServiceProvider();
    }
}
