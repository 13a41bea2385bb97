using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

[Collection("torch")]
public sealed class BlipEncoderTests : IDisposable
{
    private readonly ComposedModel _model = SmallBlip.Create(SmallBlip.Options());
    private readonly DisposeScope _scope = NewDisposeScope();

    private BlipEncoder Encoder => (BlipEncoder)_model.Encoder;

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Encode_EveryKind_GivesUnitRows()
    {
        using var noGrad = no_grad();
        var visual = Encoder.EncodeVisual(SmallBlip.Pixels(3));
        var text = _model.TokenizeForEvaluation(SmallBlip.Captions);
        AssertUnitRows(Encoder.EncodeTarget(visual), 3, 1, 8);
        AssertUnitRows(Encoder.EncodeQuery(visual, text), 3, 1, 8);
        AssertUnitRows(Encoder.EncodeQuery(visual, null, QueryParts.Reference), 3, 1, 8);
        AssertUnitRows(Encoder.EncodeQuery(null, text, QueryParts.Modification), 3, 1, 8);
        AssertUnitRows(Encoder.EncodeCaption(text), 3, 8);
    }

    [Fact]
    public void EncodeQuery_OnePart_EqualsCaptionAndTarget()
    {
        using var noGrad = no_grad();
        var visual = Encoder.EncodeVisual(SmallBlip.Pixels(3));
        var text = _model.TokenizeForEvaluation(SmallBlip.Captions);
        NumericAssert.Close(Encoder.EncodeCaption(text).unsqueeze(1), Encoder.EncodeQuery(visual, text, QueryParts.Modification), 0, 0, "modification");
        NumericAssert.Close(Encoder.EncodeTarget(visual), Encoder.EncodeQuery(visual, text, QueryParts.Reference), 0, 0, "reference");
    }

    [Fact]
    public void EncodeQuery_WithAndWithoutGradient_AgreeAndLeaveTheirInputsAlone()
    {
        var visual = Encoder.EncodeVisual(SmallBlip.Pixels(3));
        var text = _model.TokenizeForEvaluation(SmallBlip.Captions);
        var (tokensBefore, idsBefore) = (visual.clone(), text.Ids.ToArray());
        var recorded = Encoder.EncodeQuery(visual, text);
        using (no_grad())
        {
            NumericAssert.Close(recorded, Encoder.EncodeQuery(visual, text), 1e-6, 0, "query");
        }

        NumericAssert.Close(tokensBefore, visual, 0, 0, "visual tokens");
        Assert.Equal(idsBefore, text.Ids);
        Assert.True(recorded.requires_grad);
    }

    [Fact]
    public void EncodeQuery_LongerPadding_ChangesNothing()
    {
        using var noGrad = no_grad();
        var visual = Encoder.EncodeVisual(SmallBlip.Pixels(3));
        var tight = Encoder.EncodeQuery(visual, _model.TokenizeForEvaluation(SmallBlip.Captions));
        var padded = Encoder.EncodeQuery(visual, _model.TokenizeForTraining(SmallBlip.Captions));
        NumericAssert.Close(tight, padded, 1e-6, 0, "query");
    }

    [Fact]
    public void EncodeQuery_MissingPart_SaysWhich()
    {
        var text = _model.TokenizeForEvaluation(SmallBlip.Captions);
        var visual = Encoder.EncodeVisual(SmallBlip.Pixels(3));
        Assert.Contains("reference", Assert.Throws<ArgumentException>(() => Encoder.EncodeQuery(null, text)).Message, StringComparison.Ordinal);
        Assert.Contains("modification", Assert.Throws<ArgumentException>(() => Encoder.EncodeQuery(visual, null)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Encoder.EncodeQuery(visual, text, 0));
    }

    [Fact]
    public void Encode_WrongShapes_AreRefused()
    {
        var text = _model.TokenizeForEvaluation(SmallBlip.Captions);
        Assert.Contains("[B, 3, 16, 16]", Assert.Throws<ArgumentException>(() => Encoder.EncodeVisual(zeros(1, 3, 20, 20))).Message, StringComparison.Ordinal);
        Assert.Contains("[B, N, 16]", Assert.Throws<ArgumentException>(() => Encoder.EncodeTarget(zeros(1, 17, 20))).Message, StringComparison.Ordinal);
        Assert.Contains("3 texts", Assert.Throws<ArgumentException>(() => Encoder.EncodeQuery(zeros(2, 17, 16), text)).Message, StringComparison.Ordinal);
        var tooLong = TokenBatch.From(zeros([1, 41], ScalarType.Int64), ones([1, 41], ScalarType.Int64));
        Assert.Contains("up to 40", Assert.Throws<ArgumentException>(() => Encoder.EncodeCaption(tooLong)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TrainableWeights.Composed, false)]
    [InlineData(TrainableWeights.Composed, true)]
    public void EncodeVisual_RecordsAGradient_OnlyWhenItIsTrained(TrainableWeights trainable, bool trainVisual)
    {
        Encoder.SetTrainable(trainable, trainVisual);
        Assert.Equal(trainVisual, Encoder.EncodeVisual(SmallBlip.Pixels(2)).requires_grad);
    }

    [Fact]
    public void EncodeVisual_FrozenInTrainingMode_StillDropsPaths()
    {
        Encoder.train();
        manual_seed(1);
        var first = Encoder.EncodeVisual(SmallBlip.Pixels(32));
        var second = Encoder.EncodeVisual(SmallBlip.Pixels(32));
        Assert.False(first.allclose(second));
        Encoder.eval();
        NumericAssert.Close(Encoder.EncodeVisual(SmallBlip.Pixels(32)), Encoder.EncodeVisual(SmallBlip.Pixels(32)), 0, 0, "evaluation");
    }

    [Fact]
    public void EncodeQuery_InTrainingMode_DropsOut()
    {
        Encoder.train();
        var visual = zeros(3, 17, 16);
        var text = _model.TokenizeForTraining(SmallBlip.Captions);
        Assert.False(Encoder.EncodeQuery(visual, text).allclose(Encoder.EncodeQuery(visual, text)));
    }

    [Fact]
    public void SetTrainable_TextOnlyWithVisual_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Encoder.SetTrainable(TrainableWeights.TextOnly, trainVisualEncoder: true));

    [Fact]
    public void EncodeTarget_WithoutVisionHead_SaysWhy()
    {
        var options = SmallBlip.Options();
        options.Architecture = SmallBlip.Architecture with { VisionHead = false };
        using var model = SmallBlip.Create(options);
        Assert.Throws<InvalidOperationException>(() => model.Encoder.EncodeTarget(zeros(1, 17, 16)));
    }

    [Fact]
    public void To_Double_MovesEveryTensorWithItsName()
    {
        var names = Encoder.state_dict().Keys.Order().ToArray();
        Encoder.to(ScalarType.Float64);
        Assert.Equal(names, Encoder.state_dict().Keys.Order());
        Assert.All(Encoder.named_parameters(), entry => Assert.Equal(ScalarType.Float64, entry.parameter.dtype));
        Assert.Equal(ScalarType.Float64, Encoder.EncodeVisual(SmallBlip.Pixels(1).to(ScalarType.Float64)).dtype);
    }

    private static void AssertUnitRows(Tensor embeddings, params long[] shape)
    {
        Assert.Equal(shape, embeddings.shape);
        NumericAssert.Close(ones(shape[..^1]), embeddings.norm(-1), 1e-5, 0, "length of a row");
    }
}
