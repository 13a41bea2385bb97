using CoVR.Training.Optimization;
using CoVR.Training.Steps;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>The modules of a step with names for all their tensors.</summary>
internal sealed class TrainedModules(IReadOnlyDictionary<string, nn.Module> modules)
{
    /// <summary>Parameters that require a gradient; one with two names is listed once.</summary>
    internal IReadOnlyList<KeyValuePair<string, Parameter>> Trainable()
    {
        HashSet<Parameter> seen = new(ReferenceEqualityComparer.Instance);
        return
        [
            .. modules.SelectMany(module => module.Value.named_parameters().Select(named => KeyValuePair.Create($"{module.Key}.{named.name}", named.parameter)))
                .Where(named => named.Value.requires_grad && seen.Add(named.Value)),
        ];
    }

    /// <summary>The device of the first parameter; the CPU without parameters.</summary>
    internal Device Device => modules.Values.SelectMany(module => module.parameters()).FirstOrDefault()?.device ?? CPU;

    /// <summary>Every tensor of the state dicts; the modules own them.</summary>
    internal IReadOnlyDictionary<string, Tensor> Weights() => modules
        .SelectMany(module => module.Value.state_dict().Select(entry => KeyValuePair.Create($"{module.Key}.{entry.Key}", entry.Value)))
        .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>Parameters that are not trained, under the names of <see cref="Weights"/>: no step changes them.</summary>
    internal IReadOnlyDictionary<string, Tensor> Frozen() => modules
        .SelectMany(module => module.Value.named_parameters().Select(named => KeyValuePair.Create($"{module.Key}.{named.name}", (Tensor)named.parameter)))
        .Where(named => !named.Value.requires_grad)
        .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>All weights except the frozen ones.</summary>
    internal IReadOnlyDictionary<string, Tensor> Changing()
    {
        var frozen = Frozen();
        return Weights().Where(entry => !frozen.ContainsKey(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
    }

    /// <summary>A finite loss may have an infinite gradient; then the weights are lost and must not replace the saved ones.</summary>
    /// <exception cref="TrainingDivergedException">A trained weight is not a finite number.</exception>
    internal void RequireFinite(long step)
    {
        var norm = GradientNorm.Of([.. Trainable().Select(named => (Tensor)named.Value)]);
        if (!double.IsFinite(norm))
        {
            throw new TrainingDivergedException(step, new Dictionary<string, double> { ["norm of the weights"] = norm });
        }
    }

    /// <summary>The weights of the model alone, under its own names.</summary>
    internal IReadOnlyDictionary<string, Tensor> ModelWeights() =>
        modules.TryGetValue(ComposedTrainingStep.ModelName, out var model) ? model.state_dict() : Weights();

    internal void Train() => SetMode(true);

    internal void Evaluate() => SetMode(false);

    private void SetMode(bool training)
    {
        foreach (var module in modules.Values)
        {
            module.train(training);
        }
    }
}
