using CoVR.Conformance.Parity;
using CoVR.Modeling;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

/// <summary>The report reaches the layers of BLIP-2.</summary>
[Collection("torch")]
public sealed class Blip2ParityReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ComposedModel _model = SmallBlip2.Create(SmallBlip2.Options());
    private readonly DisposeScope _scope = NewDisposeScope();

    public Blip2ParityReportTests()
    {
        var text = _model.TokenizeForEvaluation(SmallBlip2.Captions[..2]);
        ReferenceTensors.Record(
            Encoder, _folder.FullName, new Dictionary<string, Tensor> { ["image"] = SmallBlip2.Pixels(2), ["input_ids"] = text.IdsOn(CPU), ["attention_mask"] = text.MaskOn(CPU) }, Query);
    }

    private Blip2Encoder Encoder => (Blip2Encoder)_model.Encoder;

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void OfActivations_SameModel_AgreesInEveryLayer() =>
        ParityReport.OfActivations(Encoder, _folder.FullName, Query, new ParityTolerance(0, 0)).AssertPassed(sameNames: true);

    [Theory]
    [InlineData("visual_encoder.blocks.1.mlp.fc1")]
    [InlineData("ln_vision")]
    [InlineData("Qformer.bert.encoder.layer.0.crossattention.self.key")]
    [InlineData("Qformer.bert.encoder.layer.2.output_query.dense")]
    [InlineData("Qformer.bert.encoder.layer.3.attention.self.query")]
    [InlineData("text_proj")]
    public void OfActivations_OneWrongWeight_NamesItsLayer(string layer)
    {
        using (no_grad())
        {
            Encoder.state_dict()[layer + ".weight"].mul_(1.5);
        }

        Assert.Equal(layer, ParityReport.OfActivations(Encoder, _folder.FullName, Query, new ParityTolerance(1e-6, 1e-6)).FirstDivergence?.Name);
    }

    private Tensor? Query(IReadOnlyDictionary<string, Tensor> inputs) =>
        Encoder.EncodeQuery(Encoder.EncodeVisual(inputs["image"]), TokenBatch.From(inputs["input_ids"], inputs["attention_mask"]));
}
