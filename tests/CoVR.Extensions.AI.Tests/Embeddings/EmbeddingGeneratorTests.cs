using System.Numerics.Tensors;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Retrieval;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Extensions.AI.Tests.Embeddings;

/// <summary>A pipeline's model as an embedding generator.</summary>
[Collection("torch")]
public sealed class EmbeddingGeneratorTests
{
    private static readonly DataContent Picture = new(MediaWriter.EncodePng(TinyPictures.Paint(1)), "image/png");

    [Theory]
    [InlineData("blip")]
    [InlineData("blip2")]
    public async Task Generate_OfTexts_IsTheCaptionEmbedding(string family)
    {
        await using var services = Services(family);

        var embeddings = await services.Generator<string>().GenerateAsync(["a red circle", "the left"], cancellationToken: TestContext.Current.CancellationToken);

        var expected = services.Model().EncodeCaptions(["a red circle", "the left"]);
        Assert.Equal(expected, embeddings.SelectMany(embedding => embedding.Vector.ToArray()).ToArray(), Near);
    }

    [Theory]
    [InlineData("blip", 1)]
    [InlineData("blip2", 3)]
    public async Task Generate_OfAPicture_IsTheMeanOfItsTargetVectors(string family, int vectors)
    {
        await using var services = Services(family);

        var embedding = await services.Generator<DataContent>().GenerateAsync(Picture, cancellationToken: TestContext.Current.CancellationToken);

        var target = (await (await PipelineAsync(services)).EmbedItemsAsync([MediaSource.FromFrames([TinyPictures.Paint(1)])], TestContext.Current.CancellationToken))[0];
        Assert.Equal(vectors, target.Vectors);
        Assert.Equal(MeanOf(target), embedding.Vector.ToArray(), Near);
        Assert.Equal(1, TensorPrimitives.Norm<float>(embedding.Vector.Span), 1e-5f);
    }

    [Fact]
    public async Task Generate_OfAVideo_IsTheMeanOverItsFrames()
    {
        using var folder = new TemporaryFolder();
        await MediaWriter.WriteMp4Async(folder["clip.mp4"], [.. Enumerable.Range(0, 8).Select(i => TinyPictures.Paint(i / 4))], 4, cancellationToken: TestContext.Current.CancellationToken);
        await using var services = Services("blip");

        var embedding = await services.Generator<DataContent>().GenerateAsync(
            new DataContent(await File.ReadAllBytesAsync(folder["clip.mp4"], TestContext.Current.CancellationToken), "video/mp4"), cancellationToken: TestContext.Current.CancellationToken);

        var target = (await (await PipelineAsync(services)).EmbedItemsAsync([folder["clip.mp4"]], TestContext.Current.CancellationToken))[0];
        Assert.Equal(8, target.Frames);
        Assert.Equal(MeanOf(target), embedding.Vector.ToArray(), Near);
    }

    [Fact]
    public async Task Generate_OfQueriesAndPictures_AgreesWithTheSearch()
    {
        await using var services = Services("blip");
        MediaItem[] items = [.. Enumerable.Range(0, 5).Select(i => new MediaItem(new MediaId($"{i}"), MediaSource.FromFrames([TinyPictures.Paint(i)])))];
        await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, cancellationToken: TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken);
        ComposedQuery[] queries = [new(items[2].Source, "make it red"), new(null, "blue square"), new(items[3].Source, null), new(items[1].Source, "smaller")];

        var embeddings = await services.Generator<ComposedQuery>().GenerateAsync(queries, cancellationToken: TestContext.Current.CancellationToken);

        var gallery = services.GetRequiredService<IGallery>();
        for (var i = 0; i < queries.Length; i++)
        {
            var expected = await services.GetRequiredService<IComposedRetriever>().SearchAsync(queries[i], cancellationToken: TestContext.Current.CancellationToken);
            var found = await gallery.SearchAsync([new GalleryQuery(new EmbeddingSet(embeddings[i].Vector, 1, 8), SearchOptions.Default)], TestContext.Current.CancellationToken);
            Assert.Equal(expected.Hits.Select(hit => hit.Id), found[0].Hits.Select(hit => hit.Id));
            Assert.Equal(expected.Hits[0].Score, found[0].Hits[0].Score, 1e-5f);
        }
    }

    [Fact]
    public async Task Metadata_AfterTheFirstCall_NameTheModel()
    {
        await using var services = Services("blip");
        var generator = services.Generator<string>();
        var before = generator.GetService<EmbeddingGeneratorMetadata>()!;

        var embedding = await generator.GenerateAsync("a red circle", cancellationToken: TestContext.Current.CancellationToken);

        var after = generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal(("covr", null, null), (before.ProviderName, before.DefaultModelId, before.DefaultModelDimensions));
        Assert.Equal(("covr", 8), (after.ProviderName, after.DefaultModelDimensions));
        Assert.StartsWith($"{services.Model().Description.Name}@", after.DefaultModelId, StringComparison.Ordinal);
        Assert.Equal(after.DefaultModelId, embedding.ModelId);
    }

    [Fact]
    public async Task Generate_OfAnEmptyBatch_GivesNothing()
    {
        await using var services = Services("blip");

        Assert.Empty(await services.Generator<string>().GenerateAsync([], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Empty(await services.Generator<DataContent>().GenerateAsync([], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Empty(await services.Generator<ComposedQuery>().GenerateAsync([], cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(256, null, "8 dimensions")]
    [InlineData(null, "clip", "not with clip")]
    public async Task Generate_WithOptionsThatCannotBeMet_SaysWhy(int? dimensions, string? model, string reason)
    {
        await using var services = Services("blip");

        var error = await Assert.ThrowsAsync<ArgumentException>(() => services.Generator<string>().GenerateAsync(
            ["a circle"], new EmbeddingGenerationOptions { Dimensions = dimensions, ModelId = model }, TestContext.Current.CancellationToken));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_WithItsOwnDimensions_IsAccepted()
    {
        await using var services = Services("blip");

        Assert.Single(await services.Generator<string>().GenerateAsync(["a circle"], new EmbeddingGenerationOptions { Dimensions = 8 }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Generate_OfANullOrEmptyInput_NamesItsPlace()
    {
        await using var services = Services("blip");

        var text = await Assert.ThrowsAsync<ArgumentException>(() => services.Generator<string>().GenerateAsync(["a circle", " "], cancellationToken: TestContext.Current.CancellationToken));
        var picture = await Assert.ThrowsAsync<ArgumentException>(() => services.Generator<DataContent>().GenerateAsync([null!, Picture], cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("Input 1 of 2", text.Message, StringComparison.Ordinal);
        Assert.Contains("Input 0 of 2", picture.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_OfWhatIsNoPicture_SaysSo()
    {
        await using var services = Services("blip");
        var generator = services.Generator<DataContent>();

        var text = await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(new DataContent("words"u8.ToArray(), "text/plain"), cancellationToken: TestContext.Current.CancellationToken));
        var broken = await Assert.ThrowsAsync<MediaReadException>(() => generator.GenerateAsync(
            new DataContent(Picture.Data[..40], "image/png") { Name = "half.png" }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("text/plain", text.Message, StringComparison.Ordinal);
        Assert.Equal("half.png", broken.Media);
    }

    [Fact]
    public async Task AddEmbeddingGenerator_OfNamedPipelines_IsKeyed()
    {
        var collection = new ServiceCollection();
        collection.AddCoVR("small").UseTiny("blip").AddEmbeddingGenerator<string>();
        collection.AddCoVR("other").UseTiny("blip2").AddEmbeddingGenerator<string>();
        await using var services = collection.BuildServiceProvider();

        var small = await services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("small").GenerateAsync("a circle", cancellationToken: TestContext.Current.CancellationToken);
        var other = await services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("other").GenerateAsync("a circle", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Null(services.GetService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.NotEqual(small.ModelId, other.ModelId);
    }

    [Fact]
    public void AddEmbeddingGenerator_OfAnotherInput_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => new ServiceCollection().AddCoVR().AddEmbeddingGenerator<Uri>());

    private static ServiceProvider Services(string family)
    {
        var builder = new ServiceCollection().AddCoVR().UseTiny(family);
        builder.AddEmbeddingGenerator<string>();
        builder.AddEmbeddingGenerator<DataContent>();
        builder.AddEmbeddingGenerator<ComposedQuery>();
        return builder.Services.BuildServiceProvider();
    }

    private static Task<RetrievalPipeline> PipelineAsync(ServiceProvider services) => services.GetRequiredService<Evaluator>().GetPipelineAsync().AsTask();

    private static float[] MeanOf(EmbeddingSet set)
    {
        var rows = set.Values.ToArray().Chunk(set.Dimensions).ToArray();
        float[] mean = [.. Enumerable.Range(0, set.Dimensions).Select(d => rows.Average(row => row[d]))];
        var length = MathF.Sqrt(mean.Sum(value => value * value));
        return [.. mean.Select(value => value / length)];
    }

    private static bool Near(float left, float right) => Math.Abs(left - right) < 1e-5f;
}

internal static class GeneratorServices
{
    public static IEmbeddingGenerator<TInput, Embedding<float>> Generator<TInput>(this IServiceProvider services) => services.GetRequiredService<IEmbeddingGenerator<TInput, Embedding<float>>>();
}
