using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

[Collection("torch")]
public sealed class FusionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Average_OfBothParts_IsTheUnitMeanOfPooledTargetAndCaption()
    {
        using var model = Create(QueryFusion.Average);
        var (visual, text) = Inputs(model);
        var expected = model.Encoder.EncodeTarget(visual).mean([1]) + model.Encoder.EncodeCaption(text);
        NumericAssert.Close(nn.functional.normalize(expected, dim: -1).unsqueeze(1), model.Encoder.EncodeQuery(visual, text), 1e-6, 0, "query");
        Assert.Equal([3, 3, 8], model.Encoder.EncodeQuery(visual, null, QueryParts.Reference).shape);
    }

    [Fact]
    public void Late_InTraining_ChangesTheHeadOnlyAndKeepsTheRestInEvaluation()
    {
        using var model = Create(QueryFusion.Late);
        var (visual, text) = Inputs(model);
        var encoder = (Blip2Encoder)model.Encoder;
        encoder.train();
        var first = encoder.EncodeQuery(visual, text);
        Assert.Equal([3, 1, 8], first.shape);
        NumericAssert.Close(first, encoder.EncodeQuery(visual, text), 0, 0, "no dropout in the frozen encoders");
        first.sum().backward();
        Assert.All(encoder.named_parameters(), entry => Assert.Equal(
            entry.name.StartsWith("fusion.", StringComparison.Ordinal), entry.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0));
        Assert.Equal(8, encoder.named_parameters().Count(entry => entry.parameter.requires_grad));
    }

    [Fact]
    public void UseBlip2_WithLateFusion_HasItsHead()
    {
        var collection = new ServiceCollection();
        collection.AddCoVR().UseBlip2(options =>
            (options.Architecture, options.Vocabulary, options.Fusion) = (SmallBlip2.Architecture, SmallBlip2.Vocabulary, QueryFusion.Late));
        using var services = collection.BuildServiceProvider();
        Assert.Contains("fusion.dynamic_scalar.second.weight", services.Model().Module!.state_dict().Keys);
    }

    [Fact]
    public void Create_WithoutTheCaptionsHead_IsRefused() => Assert.Throws<OptionsValidationException>(() => Create(
        QueryFusion.Average, options => options.Architecture = SmallBlip2.Architecture with { TextHead = false }));

    private static ComposedModel Create(QueryFusion fusion, Action<ModelOptions>? change = null)
    {
        var options = SmallBlip2.Options();
        options.Fusion = fusion;
        change?.Invoke(options);
        return SmallBlip2.Create(options);
    }

    private static (Tensor Visual, TokenBatch Text) Inputs(ComposedModel model) =>
        (model.Encoder.EncodeVisual(SmallBlip2.Pixels(3)).detach(), model.TokenizeForEvaluation(SmallBlip2.Captions));
}
