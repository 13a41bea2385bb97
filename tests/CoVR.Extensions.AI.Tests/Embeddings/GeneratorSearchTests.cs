using CoVR.Embedding.Folders;
using CoVR.Extensions.AI.Tests.Fakes;
using CoVR.Media;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using CoVR.TestSupport;
using CoVR.TestSupport.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace CoVR.Extensions.AI.Tests.Embeddings;

/// <summary>Searching with a pair of embedding generators as the model.</summary>
[Collection("torch")]
public sealed class GeneratorSearchTests
{
    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Search_ByText_FindsThePicture(string protocol)
    {
        await using var server = Colours.Server();
        await using var services = await ServicesAsync(server, protocol: protocol);

        var result = await SearchAsync(services, new ComposedQuery(null, "something green"));

        Assert.Equal("green", result.Hits[0].Id.Value);
        Assert.Equal(4, result.Candidates);
    }

    [Fact]
    public async Task Search_ByReferenceAndText_AddsThem()
    {
        await using var server = Colours.Server();
        await using var services = await ServicesAsync(server);

        var result = await SearchAsync(services, new ComposedQuery(Colours.Items[0].Source, "more green"));

        Assert.Equal("yellow", result.Hits[0].Id.Value);
        Assert.Equal(1, result.Hits[0].Score, 1e-3f);
    }

    [Theory]
    [InlineData(1.0, "red")]
    [InlineData(0.0, "green")]
    public async Task Search_WithAWeight_LeansTowardsThatPart(double weight, string expected)
    {
        await using var server = Colours.Server();
        await using var services = await ServicesAsync(server, options => options.ReferenceWeight = weight);

        var result = await SearchAsync(services, new ComposedQuery(Colours.Items[0].Source, "green"));

        Assert.Equal(expected, result.Hits[0].Id.Value);
    }

    [Fact]
    public async Task Search_WithAFusionHead_AppliesItToReferenceThenText()
    {
        using var folder = new TemporaryFolder();
        WriteHead(folder["head.safetensors"], 3);
        await using var server = Colours.Server();
        await using var services = await ServicesAsync(server, options => options.FusionHead = folder["head.safetensors"]);

        // The head moves the text's red to blue and forgets the reference.
        var result = await SearchAsync(services, new ComposedQuery(Colours.Items[1].Source, "red"));

        Assert.Equal("blue", result.Hits[0].Id.Value);
        Assert.Equal("green", (await SearchAsync(services, new ComposedQuery(Colours.Items[1].Source, null))).Hits[0].Id.Value);
    }

    [Fact]
    public async Task Load_OfAHeadOfAnotherSize_NamesTheShapes()
    {
        using var folder = new TemporaryFolder();
        WriteHead(folder["head.safetensors"], 4);
        await using var server = Colours.Server();

        var error = await Assert.ThrowsAsync<CoVR.Modeling.CheckpointException>(() => ServicesAsync(server, options => options.FusionHead = folder["head.safetensors"]));

        Assert.Contains("expected [3, 6], found [4, 8]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_WithAnInstruction_PutsItBeforeTheText()
    {
        await using var server = Colours.Server();
        await using var services = await ServicesAsync(server, options => options.Instruction = "Find a picture: ");

        await SearchAsync(services, new ComposedQuery(null, "red"));

        Assert.Contains("\"Find a picture: red\"", server.Requests.Last().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embed_OfALargePicture_SendsASmallOne()
    {
        var sizes = new List<(int, int)>();
        await using var server = new ModelServer(input =>
        {
            if (input.StartsWith("data:", StringComparison.Ordinal))
            {
                var sent = MediaFrameReader.CreateImageDecoder().Decode(Convert.FromBase64String(input[22..]), "sent");
                sizes.Add((sent.Width, sent.Height));
            }

            return Colours.Embed(input);
        });
        await using var services = Provider(server, options => options.PictureSize = 64);

        await EmbedAsync(services, [new MediaItem(new MediaId("wide"), MediaSource.FromFrames([Colours.Solid(255, 0, 0, 400, 100)]))]);

        Assert.Equal([(64, 16)], sizes);
    }

    [Fact]
    public async Task Fingerprint_OfOtherSettings_IsAnother()
    {
        await using var server = Colours.Server();
        Action<CoVR.Extensions.AI.Embeddings.EmbeddingGeneratorsOptions>[] settings =
        [
            _ => { }, options => options.Model = "other", options => options.Instruction = "Find: ", options => options.PictureSize = 64,
        ];
        var fingerprints = new List<EmbeddingFingerprint>();
        foreach (var setting in settings)
        {
            await using var services = Provider(server, setting);
            fingerprints.Add((await services.GetRequiredService<IGallery>().GetInfoAsync(TestContext.Current.CancellationToken)).Fingerprint);
        }

        Assert.Equal(settings.Length, fingerprints.Distinct().Count());
        Assert.Equal(("colours", 1, 3), (fingerprints[0].Model, fingerprints[0].Vectors, fingerprints[0].Dimensions));
        Assert.Contains("Find: ", fingerprints[2].Model, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_WithDimensions_AsksForThem()
    {
        await using var server = Colours.Server();
        await using var services = await ServicesAsync(server, options => options.Dimensions = 3);

        Assert.All(server.Requests, request => Assert.Contains("\"dimensions\":3", request.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Synchronize_OfAFolder_EmbedsAndFindsItsFiles()
    {
        using var folder = new TemporaryFolder();
        MediaWriter.WritePng(folder["photos", "sea.png"], Colours.Solid(0, 0, 255));
        MediaWriter.WritePng(folder["photos", "leaf.png"], Colours.Solid(0, 255, 0));
        await File.WriteAllBytesAsync(folder["photos", "broken.png"], [1, 2, 3], TestContext.Current.CancellationToken);
        await using var server = Colours.Server();
        await using var services = Provider(server, gallery: folder["gallery"]);
        var synchronizer = new FolderSynchronizer(services.GetRequiredService<IGallery>(), services.GetRequiredService<IEmbeddingJob>()) { Quiet = TimeSpan.Zero };

        var report = await synchronizer.SynchronizeAsync(await FolderScan.RunAsync(folder["photos"], cancellationToken: TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
        var result = await SearchAsync(services, new ComposedQuery(null, "blue"));

        Assert.Equal(2, report.New);
        Assert.Equal("broken.png", Assert.Single(report.Failures).Id.Value);
        Assert.Equal("sea.png", result.Hits[0].Id.Value);
    }

    [Fact]
    public async Task Generate_OverAForeignPipeline_EmbedsTexts()
    {
        await using var server = Colours.Server();
        var builder = new ServiceCollection().AddCoVR().UseServer(server);
        builder.AddEmbeddingGenerator<string>();
        await using var services = builder.Services.BuildServiceProvider();

        var embedding = await services.Generator<string>().GenerateAsync("red", cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(embedding.Vector.Span[0] > 0.99f);
    }

    private static void WriteHead(string path, int dimensions)
    {
        NativeTorch.EnsureLoaded();
        using var scope = torch.NewDisposeScope();
        var weight = torch.zeros(dimensions, 2 * dimensions);
        weight[2, dimensions] = torch.tensor(1f);
        Checkpoint.WriteSafetensors(path, [new("weight", weight), new("bias", torch.zeros(dimensions))]);
    }

    private static async Task<ServiceProvider> ServicesAsync(ModelServer server, Action<CoVR.Extensions.AI.Embeddings.EmbeddingGeneratorsOptions>? configure = null, string protocol = "openai")
    {
        var services = Provider(server, configure, protocol);
        try
        {
            await EmbedAsync(services, Colours.Items);
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    private static ServiceProvider Provider(
        ModelServer server, Action<CoVR.Extensions.AI.Embeddings.EmbeddingGeneratorsOptions>? configure = null, string protocol = "openai", string? gallery = null)
    {
        var builder = new ServiceCollection().AddCoVR().UseServer(server, configure, protocol);
        return (gallery is null ? builder : builder.UseFolderGallery(gallery)).Services.BuildServiceProvider();
    }

    private static async Task EmbedAsync(ServiceProvider services, MediaItem[] items)
    {
        await foreach (var outcome in services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.Equal((EmbedStatus.Embedded, null), (outcome.Status, outcome.Failure));
        }
    }

    private static Task<SearchResult> SearchAsync(ServiceProvider services, ComposedQuery query) =>
        services.GetRequiredService<IComposedRetriever>().SearchAsync(query, cancellationToken: TestContext.Current.CancellationToken).AsTask();
}
