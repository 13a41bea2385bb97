using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

[Collection("torch")]
public sealed class Blip2EncoderTests : IDisposable
{
    private readonly ComposedModel _model = SmallBlip2.Create(SmallBlip2.Options());
    private readonly DisposeScope _scope = NewDisposeScope();

    private Blip2Encoder Encoder => (Blip2Encoder)_model.Encoder;

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Encode_EveryKind_GivesUnitRows()
    {
        using var noGrad = no_grad();
        var visual = Encoder.EncodeVisual(SmallBlip2.Pixels(3));
        var text = _model.TokenizeForEvaluation(SmallBlip2.Captions);
        AssertUnitRows(Encoder.EncodeTarget(visual), 3, 3, 8);
        AssertUnitRows(Encoder.EncodeQuery(visual, text), 3, 3, 8);
        AssertUnitRows(Encoder.EncodeQuery(visual, null, QueryParts.Reference), 3, 3, 8);
        AssertUnitRows(Encoder.EncodeQuery(null, text, QueryParts.Modification), 3, 1, 8);
        AssertUnitRows(Encoder.EncodeCaption(text), 3, 8);
    }

    [Fact]
    public void EncodeQuery_OnePart_EqualsCaptionAndTarget()
    {
        using var noGrad = no_grad();
        var visual = Encoder.EncodeVisual(SmallBlip2.Pixels(3));
        var text = _model.TokenizeForEvaluation(SmallBlip2.Captions);
        NumericAssert.Close(Encoder.EncodeCaption(text).unsqueeze(1), Encoder.EncodeQuery(visual, text, QueryParts.Modification), 0, 0, "modification");
        NumericAssert.Close(Encoder.EncodeTarget(visual), Encoder.EncodeQuery(visual, text, QueryParts.Reference), 0, 0, "reference");
    }

    [Fact]
    public void EncodeQuery_WithAndWithoutGradient_AgreeAndLeaveTheirInputsAlone()
    {
        var visual = Encoder.EncodeVisual(SmallBlip2.Pixels(3));
        var text = _model.TokenizeForEvaluation(SmallBlip2.Captions);
        var (tokensBefore, idsBefore) = (visual.clone(), text.Ids.ToArray());
        var queriesBefore = Encoder.state_dict()["query_tokens"].detach().clone();
        var recorded = Encoder.EncodeQuery(visual, text);
        using (no_grad())
        {
            NumericAssert.Close(recorded, Encoder.EncodeQuery(visual, text), 1e-6, 0, "query");
        }

        NumericAssert.Close(tokensBefore, visual, 0, 0, "visual tokens");
        NumericAssert.Close(queriesBefore, Encoder.state_dict()["query_tokens"], 0, 0, "learnt queries");
        Assert.Equal(idsBefore, text.Ids);
        Assert.True(recorded.requires_grad);
    }

    [Fact]
    public void EncodeQuery_LongerPadding_ChangesNothing()
    {
        using var noGrad = no_grad();
        var visual = Encoder.EncodeVisual(SmallBlip2.Pixels(3));
        var tight = Encoder.EncodeQuery(visual, _model.TokenizeForEvaluation(SmallBlip2.Captions));
        var padded = Encoder.EncodeQuery(visual, _model.TokenizeForTraining(SmallBlip2.Captions));
        NumericAssert.Close(tight, padded, 1e-6, 0, "query");
    }

    [Fact]
    public void Encode_WrongShapes_AreRefused()
    {
        var text = _model.TokenizeForEvaluation(SmallBlip2.Captions);
        Assert.Contains("[B, N, 16]", Assert.Throws<ArgumentException>(() => Encoder.EncodeTarget(zeros(1, 17, 20))).Message, StringComparison.Ordinal);
        Assert.Contains("3 texts", Assert.Throws<ArgumentException>(() => Encoder.EncodeQuery(zeros(2, 17, 16), text)).Message, StringComparison.Ordinal);
        Assert.Contains("reference", Assert.Throws<ArgumentException>(() => Encoder.EncodeQuery(null, text)).Message, StringComparison.Ordinal);
        Assert.Contains("modification", Assert.Throws<ArgumentException>(() => Encoder.EncodeQuery(zeros(3, 17, 16), null)).Message, StringComparison.Ordinal);
        var tooLong = TokenBatch.From(zeros([1, 41], ScalarType.Int64), ones([1, 41], ScalarType.Int64));
        Assert.Contains("up to 40", Assert.Throws<ArgumentException>(() => Encoder.EncodeCaption(tooLong)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TrainableWeights.Composed, false, false)]
    [InlineData(TrainableWeights.Composed, true, true)]
    [InlineData(TrainableWeights.TextOnly, false, false)]
    [InlineData(TrainableWeights.VisualOnly, false, false)]
    [InlineData(TrainableWeights.All, false, true)]
    public void Train_VisualEncoder_IsPinnedAsInTheReference(TrainableWeights trainable, bool trainVisual, bool moves)
    {
        Encoder.SetTrainable(trainable, trainVisual);
        Encoder.train();
        manual_seed(1);
        var first = Encoder.EncodeVisual(SmallBlip2.Pixels(32));
        Assert.Equal(!moves, first.allclose(Encoder.EncodeVisual(SmallBlip2.Pixels(32))));
        Encoder.eval();
        NumericAssert.Close(Encoder.EncodeVisual(SmallBlip2.Pixels(8)), Encoder.EncodeVisual(SmallBlip2.Pixels(8)), 0, 0, "evaluation");
    }

    [Theory]
    [InlineData(TrainableWeights.Composed, false, false)]
    [InlineData(TrainableWeights.Composed, true, true)]
    [InlineData(TrainableWeights.VisualOnly, false, true)]
    public void EncodeVisual_RecordsAGradient_OnlyWhenItIsTrained(TrainableWeights trainable, bool trainVisual, bool records)
    {
        Encoder.SetTrainable(trainable, trainVisual);
        Assert.Equal(records, Encoder.EncodeVisual(SmallBlip2.Pixels(2)).requires_grad);
    }

    [Fact]
    public void EncodeVisual_Checkpointed_GivesTheSameGradients()
    {
        var plain = Gradients(SmallBlip2.Architecture with { Vision = SmallBlip2.Architecture.Vision with { CheckpointedBlocks = 0, DropPath = 0 } });
        var saved = Gradients(SmallBlip2.Architecture with { Vision = SmallBlip2.Architecture.Vision with { CheckpointedBlocks = 2, DropPath = 0 } });
        Assert.NotEmpty(plain);
        Assert.All(plain, entry => NumericAssert.Close(entry.Value, saved[entry.Key], 0, 0, entry.Key));
    }

    [Fact]
    public void StateDict_TiedTensors_AreOneUnderTwoNamesAfterEveryMove()
    {
        AssertTied(Encoder);
        Encoder.to(ScalarType.Float64);
        AssertTied(Encoder);
        Assert.All(Encoder.named_parameters(), entry => Assert.Equal(ScalarType.Float64, entry.parameter.dtype));
        Assert.DoesNotContain(Encoder.named_parameters(), entry => entry.name.Contains("decoder", StringComparison.Ordinal));
    }

    [Fact]
    public void SetTrainable_TextOnlyWithVisual_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Encoder.SetTrainable(TrainableWeights.TextOnly, trainVisualEncoder: true));

    [Fact]
    public void Encode_WithoutTextHead_SaysWhy()
    {
        var options = SmallBlip2.Options();
        options.Architecture = SmallBlip2.Architecture with { TextHead = false };
        using var model = SmallBlip2.Create(options);
        Assert.Throws<InvalidOperationException>(() => model.Encoder.EncodeCaption(_model.TokenizeForEvaluation(["a"])));
        Assert.Equal([1, 3, 8], model.Encoder.EncodeTarget(zeros(1, 17, 16)).shape);
    }

    private static Dictionary<string, Tensor> Gradients(Blip2Architecture architecture)
    {
        var options = SmallBlip2.Options();
        (options.Architecture, options.TrainVisualEncoder) = (architecture, true);
        using var model = SmallBlip2.Create(options);
        var encoder = (Blip2Encoder)model.Encoder;
        encoder.EncodeTarget(encoder.EncodeVisual(SmallBlip2.Pixels(2))).select(2, 0).sum().backward();
        return encoder.named_parameters().Where(entry => entry.name.StartsWith("visual_encoder.", StringComparison.Ordinal))
            .ToDictionary(entry => entry.name, entry => entry.parameter.grad!.clone());
    }

    private static void AssertTied(Blip2Encoder encoder)
    {
        var state = encoder.state_dict();
        Assert.Same(state["Qformer.bert.embeddings.word_embeddings.weight"], state["Qformer.cls.predictions.decoder.weight"]);
        Assert.Same(state["Qformer.cls.predictions.bias"], state["Qformer.cls.predictions.decoder.bias"]);
    }

    private static void AssertUnitRows(Tensor embeddings, params long[] shape)
    {
        Assert.Equal(shape, embeddings.shape);
        NumericAssert.Close(ones(shape[..^1]), embeddings.norm(-1), 1e-5, 0, "length of a row");
    }
}
