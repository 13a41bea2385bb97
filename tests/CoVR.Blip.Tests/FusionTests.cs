using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

[Collection("torch")]
public sealed class FusionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Average_OfBothParts_IsTheUnitMeanOfTargetAndCaption()
    {
        using var model = Create(QueryFusion.Average);
        var (visual, text) = Inputs(model);
        var expected = model.Encoder.EncodeTarget(visual).squeeze(1) + model.Encoder.EncodeCaption(text);
        NumericAssert.Close(nn.functional.normalize(expected, dim: -1).unsqueeze(1), model.Encoder.EncodeQuery(visual, text), 1e-6, 0, "query");
        Assert.DoesNotContain(model.Module!.state_dict().Keys, key => key.StartsWith("fusion.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(QueryFusion.Average)]
    [InlineData(QueryFusion.Late)]
    public void Fuse_OfOnePart_IsThatPartsEmbedding(QueryFusion fusion)
    {
        using var model = Create(fusion);
        var (visual, text) = Inputs(model);
        NumericAssert.Close(model.Encoder.EncodeTarget(visual), model.Encoder.EncodeQuery(visual, null, QueryParts.Reference), 0, 0, "reference");
        NumericAssert.Close(model.Encoder.EncodeCaption(text).unsqueeze(1), model.Encoder.EncodeQuery(null, text, QueryParts.Modification), 0, 0, "text");
    }

    [Fact]
    public void Late_WithZeroedWeights_IsTheAverageAndFollowsItsShare()
    {
        using var model = Create(QueryFusion.Late);
        var (visual, text) = Inputs(model);
        var state = model.Module!.state_dict();
        using var noGrad = no_grad();
        foreach (var key in state.Keys.Where(key => key.StartsWith("fusion.", StringComparison.Ordinal)))
        {
            state[key].zero_();
        }

        using var average = Create(QueryFusion.Average);
        NumericAssert.Close(average.Encoder.EncodeQuery(visual, text), model.Encoder.EncodeQuery(visual, text), 1e-6, 0, "equal shares");
        state["fusion.dynamic_scalar.second.bias"].fill_(40);
        NumericAssert.Close(model.Encoder.EncodeCaption(text).unsqueeze(1), model.Encoder.EncodeQuery(visual, text), 1e-6, 0, "text alone");
    }

    [Fact]
    public void Late_InTraining_ChangesTheHeadOnlyAndKeepsTheRestInEvaluation()
    {
        using var model = Create(QueryFusion.Late);
        var (visual, text) = Inputs(model);
        var encoder = (BlipEncoder)model.Encoder;
        encoder.train();
        var first = encoder.EncodeQuery(visual, text);
        NumericAssert.Close(first, encoder.EncodeQuery(visual, text), 0, 0, "no dropout in the frozen encoders");
        first.sum().backward();
        var (head, rest) = (Gradients(encoder, inFusion: true), Gradients(encoder, inFusion: false));
        Assert.Equal(8, head.Count);
        Assert.All(head, gradient => Assert.True(gradient is not null && gradient.abs().sum().item<float>() > 0));
        Assert.All(rest, Assert.Null);
    }

    [Fact]
    public void Late_OfAFileWithoutHead_LoadsWithAFreshHeadAndKeepsATrainedOne()
    {
        using var folder = new TemporaryFolder();
        var (plain, trained) = (folder["plain.safetensors"], folder["trained.safetensors"]);
        using (var model = Create(QueryFusion.CrossAttention))
        {
            Checkpoint.WriteSafetensors(plain, model.Module!.state_dict());
        }

        Dictionary<string, Tensor> saved;
        using (var model = Create(QueryFusion.Late, options => options.Checkpoint = plain))
        {
            saved = model.Module!.state_dict();
            Assert.InRange(saved["fusion.output_layer.weight"].abs().max().item<float>(), 0.05f, 1 / MathF.Sqrt(32));
            Checkpoint.WriteSafetensors(trained, saved);
            using var again = Create(QueryFusion.Late, options => (options.Checkpoint, options.Seed) = (trained, 99));
            NumericAssert.Close(saved["fusion.output_layer.weight"], again.Module!.state_dict()["fusion.output_layer.weight"], 0, 0, "head");
        }

        Assert.True(Assert.Throws<CheckpointException>(() => Create(QueryFusion.CrossAttention, options => options.Checkpoint = trained)).IsMismatch);
    }

    [Fact]
    public void UseBlip_WithAFusion_TakesItUnlessTheHostHasItsOwn()
    {
        var collection = new ServiceCollection();
        collection.AddCoVR().UseBlip(options => Configure(options, QueryFusion.Late));
        collection.AddCoVR("own").UseFusion<ZeroFusion>().UseBlip(options => Configure(options, QueryFusion.Late));
        using var services = collection.BuildServiceProvider();
        Assert.Contains("fusion.combiner_layer.weight", services.Model().Module!.state_dict().Keys);
        var own = services.Model("own");
        Assert.DoesNotContain("fusion.combiner_layer.weight", own.Module!.state_dict().Keys);
        var (visual, text) = Inputs(own);
        Assert.Equal(0, own.Encoder.EncodeQuery(visual, text).item<float>());
    }

    [Fact]
    public void Create_FusionThatCannotBe_IsRefused()
    {
        Assert.Throws<OptionsValidationException>(() => Create((QueryFusion)7));
        var fault = Assert.Throws<OptionsValidationException>(() => Create(
            QueryFusion.Average, options => options.Architecture = SmallBlip.Architecture with { VisionHead = false }));
        Assert.Contains(nameof(BlipArchitecture.VisionHead), fault.Message, StringComparison.Ordinal);
    }

    private static ComposedModel Create(QueryFusion fusion, Action<ModelOptions>? change = null)
    {
        var options = SmallBlip.Options();
        options.Fusion = fusion;
        change?.Invoke(options);
        return SmallBlip.Create(options);
    }

    private static void Configure(ModelOptions options, QueryFusion fusion) =>
        (options.Architecture, options.Vocabulary, options.Fusion) = (SmallBlip.Architecture, SmallBlip.Vocabulary, fusion);

    private static (Tensor Visual, TokenBatch Text) Inputs(ComposedModel model) =>
        (model.Encoder.EncodeVisual(SmallBlip.Pixels(3)).detach(), model.TokenizeForEvaluation(SmallBlip.Captions));

    private static List<Tensor?> Gradients(BlipEncoder encoder, bool inFusion) =>
        [.. encoder.named_parameters().Where(entry => entry.name.StartsWith("fusion.", StringComparison.Ordinal) == inFusion).Select(entry => entry.parameter.grad)];

    private sealed class ZeroFusion : IFusionModule
    {
        public Tensor Fuse(Tensor? visualTokens, TokenBatch? text) => tensor(0f);
    }
}
