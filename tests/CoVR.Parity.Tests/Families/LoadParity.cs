using System.Text.Json;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>Files of every form and fault, loaded as leniently as the reference's <c>load_checkpoint</c> (BLIP) and <c>load_from_pretrained</c> (BLIP-2) do.</summary>
public sealed class LoadParity : IParityCheck
{
    // The parameters' value before loading and the tolerance of the queries stand only in the notes of the cases.
    private const double Before = 0.125;
    private const double SmokeTolerance = 1e-5;

    public bool Handles(GoldenCase golden) => golden.HasInput("checkpoint") && GoldenFamily.All.Any(family => family.Loads(golden));

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var family = GoldenFamily.All.Single(candidate => candidate.Loads(golden));
        using var model = family.Allocate(golden, QueryParts.Both);
        foreach (var (_, parameter) in model.named_parameters())
        {
            parameter.fill_(Before);
        }

        model.eval();
        using var checkpoint = Checkpoint.Open(golden.InputPath("checkpoint"));
        var report = checkpoint.LoadInto(model, family.ReferenceMap, strict: false);
        CompareMessages(golden.OutputJson("messages"), report);
        CompareState(golden, model);
        CompareFeatures(golden, family, model);
        CompareOptimizer(golden, checkpoint);
    }

    // The reference deletes misshapen tensors before it loads: they count as missing.
    private static void CompareMessages(JsonElement messages, LoadReport report)
    {
        Assert.Equal(Expected("missing_keys"), report.Missing.Concat(report.Misshapen.Select(tensor => tensor.Key)).Order(StringComparer.Ordinal));
        Assert.Equal(Expected("unexpected_keys"), report.Unexpected.Concat(report.Ignored).Order(StringComparer.Ordinal));

        IEnumerable<string> Expected(string list) => GoldenFamily.Strings(messages.GetProperty(list)).Order(StringComparer.Ordinal);
    }

    private static void CompareState(GoldenCase golden, ComposedFamilyEncoder model)
    {
        if (!golden.HasOutput("state_flat"))
        {
            return;
        }

        // The vector holds the floating numbers only, not the position ids.
        var expected = FlatTensors.Read(golden, "state");
        var state = model.state_dict().Where(pair => pair.Value.is_floating_point()).ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), state.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, (shape, values)) in expected)
        {
            Assert.Equal(shape, state[name].shape);
            NumericAssert.Close(values, state[name].to(ScalarType.Float32).data<float>().ToArray(), golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} {name}");
        }
    }

    private static void CompareFeatures(GoldenCase golden, GoldenFamily family, ComposedFamilyEncoder model)
    {
        if (golden.HasOutput("pos_embed"))
        {
            NumericAssert.Matches(golden, "pos_embed", model.state_dict()["visual_encoder.pos_embed"]);
        }

        if (golden.HasOutput("vit_tokens"))
        {
            NumericAssert.Matches(golden, "vit_tokens", model.EncodeVisual(golden.InputTensor("image")));
        }

        if (golden.HasOutput("query_feats"))
        {
            var (length, padToLength) = family.EvaluationText(golden);
            var text = family.Tokens(GoldenFamily.Strings(golden.InputJson("captions")), length, padToLength);
            var query = model.EncodeQuery(model.EncodeVisual(golden.InputTensor("image")), text).squeeze(1);
            NumericAssert.Close(golden.OutputTensor("query_feats"), query, SmokeTolerance, SmokeTolerance, $"{golden.Id} query_feats");
        }
    }

    private static void CompareOptimizer(GoldenCase golden, Checkpoint checkpoint)
    {
        if (!golden.HasOutput("optimizer_summary"))
        {
            return;
        }

        var summary = golden.OutputJson("optimizer_summary");
        var content = Assert.IsAssignableFrom<IReadOnlyDictionary<object, object?>>(checkpoint.Content);
        var optimizer = Assert.IsAssignableFrom<IReadOnlyDictionary<object, object?>>(content["optimizer"]);
        CompareValue(summary.GetProperty("param_groups"), optimizer["param_groups"]);
        CompareValue(summary.GetProperty("state_keys"), ((IReadOnlyDictionary<object, object?>)optimizer["state"]!).Keys.ToList());
        var scheduler = Assert.IsType<CheckpointObject>(content["scheduler"]);
        Assert.Equal(summary.GetProperty("scheduler_pickled_class").GetString(), scheduler.Class);
        CompareValue(summary.GetProperty("scheduler_attributes"), scheduler.State);
    }

    private static void CompareValue(JsonElement expected, object? actual)
    {
        switch (actual)
        {
            case IReadOnlyDictionary<object, object?> dictionary:
                Assert.Equal(expected.EnumerateObject().Select(property => property.Name).Order(), dictionary.Keys.Cast<string>().Order());
                Assert.All(expected.EnumerateObject(), property => CompareValue(property.Value, dictionary[property.Name]));
                break;
            case IReadOnlyList<object?> list:
                Assert.Equal(expected.GetArrayLength(), list.Count);
                Assert.All(expected.EnumerateArray().Zip(list), pair => CompareValue(pair.First, pair.Second));
                break;
            case null or bool:
                Assert.Equal(actual switch { null => JsonValueKind.Null, true => JsonValueKind.True, _ => JsonValueKind.False }, expected.ValueKind);
                break;
            default:
                Assert.Equal(expected.GetDouble(), Convert.ToDouble(actual, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }
}
