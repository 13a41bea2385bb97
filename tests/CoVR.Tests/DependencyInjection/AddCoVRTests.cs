using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CoVR.Tests.DependencyInjection;

[Collection("torch")]
public sealed class AddCoVRTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddCoVR_WithAModel_EmbedsAndSearches()
    {
        await using var services = new ServiceCollection().AddCoVR().UseFakeModel().Services.BuildServiceProvider();
        await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(FakePipeline.Corners, null, Cancel).CountAsync(Cancel);
        var result = await services.GetRequiredService<IComposedRetriever>().SearchAsync(
            new ComposedQuery(MediaSource.FromFrames([ColourEncoder.Picture(1)]), "blue"), null, Cancel);
        Assert.Equal(ColourEncoder.IdOf(5), result.Hits[0].Id);
        Assert.NotNull(services.GetRequiredService<Evaluator>());
    }

    [Fact]
    public async Task AddCoVR_OfRealFiles_ReadsThemWithTheDefaults()
    {
        using var folder = new TemporaryFolder();
        MediaItem[] items = [.. Enumerable.Range(0, 8).Select(corner =>
        {
            MediaWriter.WritePng(folder[$"{corner}.png"], ColourEncoder.Picture(corner));
            return new MediaItem(ColourEncoder.IdOf(corner), folder[$"{corner}.png"]);
        })];
        await using var services = new ServiceCollection().AddCoVR().UseFakeModel().UseFolderGallery(folder["store"]).Services.BuildServiceProvider();
        Assert.Equal(8, await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, null, Cancel).CountAsync(outcome => outcome.Status == EmbedStatus.Embedded, Cancel));
        var result = await services.GetRequiredService<IComposedRetriever>().SearchAsync(new ComposedQuery(folder["6.png"], "red"), null, Cancel);
        Assert.Equal(ColourEncoder.IdOf(7), result.Hits[0].Id);
        Assert.True(File.Exists(folder["store", "manifest.json"]));
    }

    [Fact]
    public void AddCoVR_Twice_RegistersNothingAgain()
    {
        var services = new ServiceCollection();
        services.AddCoVR().UseSimilarity(Similarities.MaxOverPairs);
        var count = services.Count;
        services.AddCoVR();
        Assert.Equal(count, services.Count);
        using var provider = services.BuildServiceProvider();
        Assert.IsType<MaxOverPairsSimilarity>(provider.GetRequiredService<ISimilarity>());
    }

    [Fact]
    public async Task AddCoVR_OfTwoNames_KeepsPipelinesApart()
    {
        var collection = new ServiceCollection();
        collection.AddCoVR("pictures").UseFakeModel();
        collection.AddCoVR("tokens").UseFakeModel(vectors: 3).UseSimilarity(Similarities.MaxOverPairs);
        await using var services = collection.BuildServiceProvider();
        await services.GetRequiredKeyedService<IEmbeddingJob>("tokens").EmbedAsync(FakePipeline.Corners, null, Cancel).CountAsync(Cancel);
        Assert.Equal(8, await services.GetRequiredKeyedService<IGallery>("tokens").CountAsync(null, Cancel));
        Assert.Equal(0, await services.GetRequiredKeyedService<IGallery>("pictures").CountAsync(null, Cancel));
        Assert.Equal(3, (await services.GetRequiredKeyedService<IGallery>("tokens").GetInfoAsync(Cancel)).Fingerprint.Vectors);
        Assert.Null(services.GetService<IComposedRetriever>());
    }

    [Fact]
    public void AddCoVR_Resolving_LoadsNoModel()
    {
        using var services = new ServiceCollection().AddCoVR().UseModel((_, _) => throw new InvalidOperationException("loaded")).Services.BuildServiceProvider();
        Assert.NotNull(services.GetRequiredService<IComposedRetriever>());
        Assert.NotNull(services.GetRequiredService<IEmbeddingJob>());
        Assert.NotNull(services.GetRequiredService<Evaluator>());
    }

    [Fact]
    public async Task AddCoVR_WithoutModel_SaysWhatToCall()
    {
        await using var services = new ServiceCollection().AddCoVR().Services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await services.GetRequiredService<IComposedRetriever>().SearchAsync(new ComposedQuery(null, "red"), null, Cancel));
        Assert.Contains("UseBlip", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_WithSeveralFaults_AreReportedInOneMessageWithoutAHost()
    {
        using var services = WithBadOptions(new ServiceCollection()).BuildServiceProvider();
        AssertAllFaults(Assert.Throws<OptionsValidationException>(services.GetRequiredService<IEmbeddingJob>).Message);
    }

    [Fact]
    public async Task Options_WithSeveralFaults_StopTheHostAtItsStart()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        WithBadOptions(builder.Services);
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));
        AssertAllFaults(error.Message);
    }

    [Fact]
    public async Task Options_WithFaultsInTwoClasses_StopTheHostWithBothInOneMessage()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        WithBadOptions(builder.Services);
        builder.Services.AddCoVR().ConfigureMedia(media => media.MaxPixels = 0);
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync(Cancel));
        AssertAllFaults(error.Message);
        Assert.Contains(nameof(MediaOptions.MaxPixels), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseFolderGallery_OfAnotherModel_IsRefusedAtTheSearch()
    {
        using var folder = new TemporaryFolder();
        await using (var first = new ServiceCollection().AddCoVR().UseFakeModel().UseFolderGallery(folder["store"]).Services.BuildServiceProvider())
        {
            await first.GetRequiredService<IEmbeddingJob>().EmbedAsync(FakePipeline.Corners, null, Cancel).CountAsync(Cancel);
        }

        await using var other = new ServiceCollection().AddCoVR().UseFakeModel(vectors: 2).UseFolderGallery(folder["store"]).Services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<GalleryException>(async () =>
            await other.GetRequiredService<IComposedRetriever>().SearchAsync(new ComposedQuery(null, "red"), null, Cancel));
        Assert.Contains("Vectors: '2' against '1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fingerprint_StatesFramesAndChannelOrder()
    {
        await using var services = new ServiceCollection().AddCoVR().UseFakeModel().UseFrameSampler(FrameSamplers.Middle)
            .ConfigureMedia(media => media.BgrVideos = true).Services.BuildServiceProvider();
        Assert.EndsWith("frames middle bgr", (await services.GetRequiredService<IGallery>().GetInfoAsync(Cancel)).Fingerprint.Preprocessing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fingerprint_StatesHowPicturesAreRead()
    {
        using var folder = new TemporaryFolder();
        Assert.DoesNotContain("seen", await PreprocessingAsync(builder => builder), StringComparison.Ordinal);
        Assert.EndsWith("frames uniform-15, pictures as seen", await PreprocessingAsync(builder => builder.UseFolderGallery(folder["own"])), StringComparison.Ordinal);
        Assert.EndsWith("frames uniform-15", await PreprocessingAsync(builder => builder.UseFolderGallery(folder["set"]).AddDataset<CornerReader>()), StringComparison.Ordinal);
        Assert.EndsWith(
            "frames uniform-15",
            await PreprocessingAsync(builder => builder.ConfigureMedia(media => media.Pictures = PictureReading.AsPillow).UseFolderGallery(folder["asked"])),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseFolderGallery_WithPicturesReadOtherwise_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await using (var first = new ServiceCollection().AddCoVR().UseFakeModel().ConfigureMedia(media => media.Pictures = PictureReading.AsPillow)
            .UseFolderGallery(folder["store"]).Services.BuildServiceProvider())
        {
            await first.GetRequiredService<IEmbeddingJob>().EmbedAsync(FakePipeline.Corners, null, Cancel).CountAsync(Cancel);
        }

        await using var own = new ServiceCollection().AddCoVR().UseFakeModel().UseFolderGallery(folder["store"]).Services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<GalleryException>(async () =>
            await own.GetRequiredService<IComposedRetriever>().SearchAsync(new ComposedQuery(null, "red"), null, Cancel));
        Assert.Contains("pictures as seen", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slots_FilledBeforeAddCoVR_AreKept()
    {
        var services = new ServiceCollection();
        services.AddKeyedSingleton<IFramePooling>(string.Empty, FramePoolings.Middle);
        services.AddCoVR();
        using var provider = services.BuildServiceProvider();
        Assert.IsType<MiddleFramePooling>(provider.GetRequiredKeyedService<IFramePooling>(string.Empty));
    }

    private static async Task<string> PreprocessingAsync(Func<ICoVRBuilder, ICoVRBuilder> configure)
    {
        await using var services = configure(new ServiceCollection().AddCoVR().UseFakeModel()).Services.BuildServiceProvider();
        return (await services.GetRequiredService<IGallery>().GetInfoAsync(Cancel)).Fingerprint.Preprocessing;
    }

    private static IServiceCollection WithBadOptions(IServiceCollection services) => services.AddCoVR().UseFakeModel().Configure(options =>
    {
        options.ConcurrentQueries = 0;
        options.Embedding.BatchSize = -1;
        options.Embedding.QueueLength = 0;
    }).Services;

    private static void AssertAllFaults(string message) =>
        Assert.All(["ConcurrentQueries", "Embedding.BatchSize", "Embedding.QueueLength"], fault => Assert.Contains(fault, message, StringComparison.Ordinal));
}

internal static class FakeModelBuilderExtensions
{
    public static ICoVRBuilder UseFakeModel(this ICoVRBuilder builder, int vectors = 1) =>
        builder.UseModel((_, _) => FakePipeline.Model(new ColourEncoder(vectors)));
}
