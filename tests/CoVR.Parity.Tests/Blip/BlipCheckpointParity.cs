using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>Files of every form through BLIP's map: every parameter afterwards, positions of another size, and queries.</summary>
public sealed class BlipCheckpointParity : IParityCheck
{
    private const int TestLength = 64;
    private const float Before = 0.125f;

    public bool Handles(GoldenCase golden) =>
        golden.Id.StartsWith("checkpoints/", StringComparison.Ordinal) && golden.Function.Contains("blip.py load_checkpoint", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = Load(golden);
        if (golden.HasOutput("state_flat"))
        {
            CompareState(golden, model);
        }

        if (golden.HasOutput("pos_embed"))
        {
            NumericAssert.Matches(golden, "pos_embed", model.state_dict()["visual_encoder.pos_embed"]);
        }

        if (golden.HasOutput("query_feats"))
        {
            CompareQueries(golden, model);
        }
    }

    /// <summary>The reference loads what fits and never complains; every weight was 0.125 before.</summary>
    private static BlipEncoder Load(GoldenCase golden)
    {
        var model = new BlipEncoder(GoldenBlip.Architecture(golden));
        foreach (var parameter in model.parameters())
        {
            parameter.fill_(Before);
        }

        StateDictLoader.Load(model, golden.InputPath("checkpoint"), BlipCheckpointMap.Default, strict: false);
        model.eval();
        return model;
    }

    private static void CompareState(GoldenCase golden, BlipEncoder model)
    {
        var expected = FlatTensors.Read(golden, "state");
        var actual = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, (shape, values)) in expected)
        {
            Assert.Equal(shape, actual[name].shape);
            var ours = actual[name].to(ScalarType.Float32).contiguous().data<float>().ToArray();
            NumericAssert.Close(values, ours, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} {name}");
        }
    }

    private static void CompareQueries(GoldenCase golden, BlipEncoder model)
    {
        var visual = model.EncodeVisual(golden.InputTensor("image"));
        if (golden.HasOutput("vit_tokens"))
        {
            NumericAssert.Matches(golden, "vit_tokens", visual);
        }

        var text = GoldenBlip.Tokens(GoldenBlip.Strings(golden.InputJson("captions")), TextPadding.Longest, TestLength);
        using var expected = golden.OutputTensor("query_feats");
        var tolerance = Math.Max(golden.AbsoluteTolerance, 1e-5);
        NumericAssert.Close(expected, model.EncodeQuery(visual, text).squeeze(1), tolerance, golden.RelativeTolerance, $"{golden.Id} query_feats");
    }
}
