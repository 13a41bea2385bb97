using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

[Collection("torch")]
public sealed class UseBlipTests
{
    [Fact]
    public void UseBlip_DefaultPipeline_MakesOneModelWhenItIsNeeded()
    {
        using var services = Pipeline().BuildServiceProvider();
        var model = services.Model();
        Assert.Same(model, services.Model());
        Assert.IsType<BlipEncoder>(model.Encoder);
    }

    [Fact]
    public void UseBlip_FaultyOptions_AreReportedTogether()
    {
        using var services = Pipeline(options => (options.Variant, options.Vocabulary) = ("none", null)).BuildServiceProvider();
        var fault = Assert.Throws<OptionsValidationException>(() => services.Model());
        Assert.Contains("CoVR pipeline '', ModelOptions: Variant: 'none'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("; VocabularyPath: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UseBlip_WithoutVocabulary_TakesThatOfThePublishedModels()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["vocab.txt"], SmallBlip.Vocabulary);
        var collection = Pipeline(options => options.Vocabulary = null);
        collection.AddKeyedSingleton<ICheckpointResolver>(string.Empty, new OneFile(ModelOptions.PublishedVocabulary, folder["vocab.txt"]));
        using var services = collection.BuildServiceProvider();
        var text = services.Model().TokenizeForEvaluation(["red"]);
        Assert.Equal(3, text.Length);
    }

    [Fact]
    public void UseBlip_TwoPipelines_KeepTheirOptions()
    {
        var collection = Pipeline();
        new Builder("wide", collection).UseBlip(options => Configure(options, TrainableWeights.All, 12));
        using var services = collection.BuildServiceProvider();
        Assert.Equal(8, services.Model().Encoder.Dimensions);
        Assert.Equal(12, services.Model("wide").Encoder.Dimensions);
    }

    [Fact]
    public void UseVisualEncoder_OfTheHost_ReplacesBlips()
    {
        var collection = new ServiceCollection();
        new Builder(string.Empty, collection).UseVisualEncoder<FlatVision>().UseBlip(options => Configure(options, TrainableWeights.Composed, 8));
        using var services = collection.BuildServiceProvider();
        var model = services.Model();
        Assert.Equal(5, model.Description.Image.Size);
        Assert.DoesNotContain(model.Module!.state_dict().Keys, key => key.StartsWith("visual_encoder.", StringComparison.Ordinal));
        using var scope = NewDisposeScope();
        var query = model.Encoder.EncodeQuery(model.Encoder.EncodeVisual(rand(2, 3, 5, 5)), model.TokenizeForEvaluation(["red", "blue"]));
        Assert.Equal([2, 1, 8], query.shape);
    }

    [Fact]
    public void UseFusion_OfTheHost_SeesOnlyThePartsThatAreAskedFor()
    {
        var collection = new ServiceCollection();
        new Builder(string.Empty, collection).UseFusion<CountingFusion>().UseBlip(options => Configure(options, TrainableWeights.Composed, 8));
        using var services = collection.BuildServiceProvider();
        var encoder = services.Model().Encoder;
        using var scope = NewDisposeScope();
        var text = TokenBatch.From(ones([1, 3], ScalarType.Int64), ones([1, 3], ScalarType.Int64));
        var visual = zeros(1, 17, 16);
        Assert.Equal(3, encoder.EncodeQuery(visual, text).item<float>());
        Assert.Equal(1, encoder.EncodeQuery(visual, text, QueryParts.Reference).item<float>());
        Assert.Equal(2, encoder.EncodeQuery(visual, text, QueryParts.Modification).item<float>());
    }

    [Fact]
    public void TextEncoder_OfTheHostWithoutFusion_IsRefused() =>
        Assert.Throws<ArgumentException>(() => SmallBlip.Create(SmallBlip.Options(), new ComposedModelParts(Text: new NoText())));

    private static ServiceCollection Pipeline(Action<ModelOptions>? change = null)
    {
        var collection = new ServiceCollection();
        new Builder(string.Empty, collection).UseBlip(options =>
        {
            Configure(options, TrainableWeights.Composed, 8);
            change?.Invoke(options);
        });
        return collection;
    }

    private static void Configure(ModelOptions options, TrainableWeights trainable, int dimensions) =>
        (options.Architecture, options.Vocabulary, options.Trainable) =
            (SmallBlip.Architecture with { Dimensions = dimensions }, SmallBlip.Vocabulary, trainable);

    private sealed record Builder(string Name, IServiceCollection Services) : ICoVRBuilder;

    /// <summary>Knows one name.</summary>
    private sealed class OneFile(string name, string path) : ICheckpointResolver
    {
        public string? FindFault(string asked, string family = "", string variant = "") => asked == name ? null : "unknown";

        public ValueTask<ResolvedCheckpoint> ResolveAsync(string asked, string family = "", string variant = "", CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(new ResolvedCheckpoint(path, "vocab.txt"));
    }

    /// <summary>One token: the mean colour, of no runtime's weights.</summary>
    private sealed class FlatVision : IVisualEncoder
    {
        public int Width => 3;

        public ImageInput Input => ImageInput.Clip(5);

        public Tensor Encode(Tensor pixels) => pixels.mean([2, 3]).unsqueeze(1);
    }

    /// <summary>1 for a reference plus 2 for a modification.</summary>
    private sealed class CountingFusion : IFusionModule
    {
        public Tensor Fuse(Tensor? visualTokens, TokenBatch? text) => tensor((visualTokens is null ? 0f : 1f) + (text is null ? 0f : 2f));
    }

    private sealed class NoText : ITextEncoder
    {
        public int Width => 4;

        public Tensor Encode(TokenBatch text) => zeros(text.Rows, text.Length, Width);
    }
}
