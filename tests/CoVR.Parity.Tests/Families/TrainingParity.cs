using System.Text.Json;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using CoVR.Training.Optimization;
using CoVR.Training.Steps;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>One step of training: loss, features, every gradient, AdamW, and the loss afterwards.</summary>
public sealed class TrainingParity : IParityCheck
{
    private const double SmallGradient = 1e-6;

    public bool Handles(GoldenCase golden) => GoldenFamily.OfQueries(golden) is not null && golden.HasOutput("grads_flat");

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var model = Load(golden);
        model.train();
        var first = Forward(golden, model);
        NumericAssert.Matches(golden, "loss", first.Loss);
        NumericAssert.Matches(golden, "query_feat", first.Query);
        NumericAssert.Matches(golden, "target_feat", first.Target);
        first.Loss.backward();
        var gradients = CompareGradients(golden, model);
        Step(golden, model);
        if (golden.HasOutput("params_after_step_flat"))
        {
            CompareParameters(golden, model, gradients);
        }

        NumericAssert.Matches(golden, "loss_after_step", Forward(golden, model).Loss);
    }

    private static ComposedFamilyEncoder Load(GoldenCase golden)
    {
        var (family, variant) = (GoldenFamily.OfQueries(golden)!, GoldenFamily.VariantOf(golden));
        var model = family.Allocate(golden, variant.Parts);
        Checkpoint.Load(model, golden.InputPath("weights"), family.Map);
        family.SetTrainable(model, variant);
        return model;
    }

    // BLIP brings targets to unit length; BLIP-2 averages the vectors of target and query, each as it is.
    private static (Tensor Loss, Tensor Query, Tensor Target) Forward(GoldenCase golden, ComposedFamilyEncoder model)
    {
        var (family, parts) = (GoldenFamily.OfQueries(golden)!, GoldenFamily.VariantOf(golden).Parts);
        var text = family.Tokens(GoldenFamily.Strings(golden.InputJson("captions")), family.TrainingLength, padToLength: true);
        var visual = parts.HasFlag(QueryParts.Reference) ? model.EncodeVisual(golden.InputTensor("ref_img")) : null;
        var query = model.EncodeQuery(visual, text, parts).mean([1]);
        var stored = golden.InputTensor("tar_img_feat");
        var target = stored.dim() == 3 ? stored.mean([1]) : nn.functional.normalize(stored, dim: -1);
        var temperature = golden.Config.GetProperty(golden.Config.TryGetProperty("temp", out _) ? "temp" : "temperature").GetDouble();
        var batch = new TrainingEmbeddings(query, target, golden.InputTensor("tar_txt_feat"), temperature);
        return (Terms(golden).Select(term => term.Term.Compute(batch) * term.Weight).Aggregate((sum, term) => sum + term), query, target);
    }

    private static IEnumerable<WeightedLossTerm> Terms(GoldenCase golden)
    {
        var settings = golden.Config.GetProperty("loss");
        IContrastiveLoss loss = settings.GetProperty("name").GetString() == "hnnce"
            ? new HardNegativeNceLoss(settings.GetProperty("alpha").GetDouble(), settings.GetProperty("beta").GetDouble())
            : new CrossEntropyContrastiveLoss();
        WeightedLossTerm[] terms = [new(new QueryToTargetTerm(loss), Weight("si_ti_weight", 1)), new(new QueryToCaptionTerm(loss), Weight("si_tc_weight", 0))];
        return terms.Where(term => term.Weight > 0);

        double Weight(string name, double otherwise) => golden.Config.TryGetProperty(name, out var weight) ? weight.GetDouble() : otherwise;
    }

    private static Dictionary<string, (long[] Shape, float[] Values)> CompareGradients(GoldenCase golden, ComposedFamilyEncoder model)
    {
        var expected = FlatTensors.Read(golden, "grads");
        var actual = model.named_parameters().Where(entry => entry.parameter.grad is not null).ToDictionary(entry => entry.name, entry => entry.parameter);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));

        // From the loss towards the picture, as they are computed: the first that differs is where it starts.
        foreach (var (name, (shape, values)) in expected.Reverse())
        {
            using var gradient = tensor(values, shape);
            NumericAssert.Close(gradient, actual[name].grad!, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} gradient of {name}");
        }

        return expected;
    }

    private static void Step(GoldenCase golden, ComposedFamilyEncoder model)
    {
        var settings = golden.OutputJson("gradient_status").GetProperty("optimizer");
        var betas = settings.GetProperty("betas");
        using var optimizer = new AdamWOptimizer(
            model.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => KeyValuePair.Create(entry.name, entry.parameter)),
            new AdamWOptions
            {
                WeightDecay = settings.GetProperty("weight_decay").GetDouble(),
                Beta1 = betas[0].GetDouble(),
                Beta2 = betas[1].GetDouble(),
                Epsilon = settings.GetProperty("eps").GetDouble(),
            });
        optimizer.LearningRate = LearningRate(settings);
        optimizer.Step();
    }

    /// <summary>Adam's first step is about the sign of the gradient, which is noise where the gradient is 0: there it may go either way.</summary>
    private static void CompareParameters(GoldenCase golden, ComposedFamilyEncoder model, Dictionary<string, (long[] Shape, float[] Values)> gradients)
    {
        var either = 2 * LearningRate(golden.OutputJson("gradient_status").GetProperty("optimizer"));
        var actual = model.named_parameters().ToDictionary(entry => entry.name, entry => Values(entry.parameter));
        foreach (var (name, (_, expected)) in FlatTensors.Read(golden, "params_after_step"))
        {
            var (gradient, ours) = (gradients[name].Values, actual[name]);
            for (var i = 0; i < expected.Length; i++)
            {
                var allowed = golden.AbsoluteTolerance + (golden.RelativeTolerance * Math.Abs(expected[i])) + (Math.Abs(gradient[i]) > SmallGradient ? 0 : either);
                Assert.True(Math.Abs(ours[i] - expected[i]) <= allowed, $"{golden.Id} {name}[{i}] after the step is {ours[i]:R}, expected {expected[i]:R}.");
            }
        }
    }

    private static double LearningRate(JsonElement optimizer) => optimizer.GetProperty("lr").GetDouble();

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
