using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

[Collection("torch")]
public sealed class UseBlip2Tests
{
    [Fact]
    public void UseBlip2_DefaultPipeline_MakesOneModelWhenItIsNeeded()
    {
        using var services = Pipeline().BuildServiceProvider();
        var model = services.Model();
        Assert.Same(model, services.Model());
        Assert.IsType<Blip2Encoder>(model.Encoder);
        Assert.Equal(3, model.Fingerprint("middle").Vectors);
    }

    [Fact]
    public void UseBlip2_FaultyOptions_AreReportedTogether()
    {
        using var services = Pipeline(change: options => (options.Variant, options.Vocabulary) = ("none", null)).BuildServiceProvider();
        var fault = Assert.Throws<OptionsValidationException>(() => services.Model());
        Assert.Contains("CoVR pipeline '', ModelOptions: Variant: 'none'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("; VocabularyPath: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UseVisualEncoder_OfTheHost_ReplacesBlip2s()
    {
        using var services = Pipeline(builder => builder.UseVisualEncoder<FlatVision>()).BuildServiceProvider();
        var model = services.Model();
        Assert.Equal(5, model.Description.Image.Size);
        Assert.DoesNotContain(model.Module!.state_dict().Keys, key => key.StartsWith("visual_encoder.", StringComparison.Ordinal));
        using var scope = NewDisposeScope();
        var query = model.Encoder.EncodeQuery(model.Encoder.EncodeVisual(rand(2, 3, 5, 5)), model.TokenizeForEvaluation(["red", "blue"]));
        Assert.Equal([2, 3, 8], query.shape);
    }

    [Fact]
    public void UseFusion_OfTheHost_SeesOnlyThePartsThatAreAskedFor()
    {
        using var services = Pipeline(builder => builder.UseFusion<CountingFusion>()).BuildServiceProvider();
        var encoder = services.Model().Encoder;
        using var scope = NewDisposeScope();
        var text = TokenBatch.From(ones([1, 3], ScalarType.Int64), ones([1, 3], ScalarType.Int64));
        var visual = zeros(1, 17, 16);
        Assert.Equal(3, encoder.EncodeQuery(visual, text).item<float>());
        Assert.Equal(1, encoder.EncodeQuery(visual, text, QueryParts.Reference).item<float>());
        Assert.Equal(2, encoder.EncodeQuery(visual, text, QueryParts.Modification).item<float>());
    }

    [Fact]
    public void TextEncoder_OfTheHost_ReadsCaptions()
    {
        using var model = SmallBlip2.Create(SmallBlip2.Options(), new ComposedModelParts(Text: new LengthText(), Fusion: new CountingFusion()));
        using var scope = NewDisposeScope();
        var captions = model.Encoder.EncodeCaption(model.TokenizeForEvaluation(["red", "blue"]));
        Assert.Equal([2, 8], captions.shape);
        Assert.Throws<ArgumentException>(() => SmallBlip2.Create(SmallBlip2.Options(), new ComposedModelParts(Text: new LengthText())));
    }

    private static ServiceCollection Pipeline(Action<ICoVRBuilder>? parts = null, Action<ModelOptions>? change = null)
    {
        var collection = new ServiceCollection();
        var builder = new Builder(string.Empty, collection);
        parts?.Invoke(builder);
        builder.UseBlip2(options =>
        {
            (options.Architecture, options.Vocabulary) = (SmallBlip2.Architecture, SmallBlip2.Vocabulary);
            change?.Invoke(options);
        });
        return collection;
    }

    private sealed record Builder(string Name, IServiceCollection Services) : ICoVRBuilder;

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

    private sealed class LengthText : ITextEncoder
    {
        public int Width => 4;

        public Tensor Encode(TokenBatch text) => ones(text.Rows, text.Length, Width);
    }
}
