using CoVR.TestSupport;
using CoVR.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests;

/// <summary>AdamW over several steps, with rates that change and gradients that are absent.</summary>
public sealed class OptimizerParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Group == "optimizer" && golden.Function.Contains("AdamW", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var names = golden.InputNames.Where(name => name.StartsWith("init_", StringComparison.Ordinal)).Select(name => name["init_".Length..]).ToList();
        var parameters = names.ToDictionary(name => name, name => new Parameter(golden.InputTensor("init_" + name)));
        var options = new AdamWOptions { WeightDecay = golden.Config.GetProperty("weight_decay").GetDouble() };
        using var optimizer = new AdamWOptimizer(parameters, options);
        var rates = golden.Config.GetProperty("lr_per_step").EnumerateArray().Select(rate => rate.GetDouble()).ToList();
        for (var step = 0; step < rates.Count; step++)
        {
            foreach (var name in names)
            {
                parameters[name].grad = IsAbsent(golden, name, step) ? null : golden.InputTensor("grads_" + name)[step].clone();
            }

            optimizer.LearningRate = rates[step];
            optimizer.Step();
            foreach (var name in names)
            {
                var expected = golden.OutputTensor("params_" + name)[step];
                NumericAssert.Close(expected, parameters[name], golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} {name} after step {step}");
            }
        }
    }

    /// <summary>A parameter without a gradient at a step does not move there at all; a zero gradient would still decay it.</summary>
    private static bool IsAbsent(GoldenCase golden, string name, int step)
    {
        var after = golden.OutputTensor("params_" + name);
        var before = step == 0 ? golden.InputTensor("init_" + name) : after[step - 1];
        return after[step].equal(before).all().item<bool>();
    }
}
