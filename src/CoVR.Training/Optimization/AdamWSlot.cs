using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training.Optimization;

/// <summary>A parameter with its history; the step count is a tensor, as the fused kernel requires.</summary>
internal sealed class AdamWSlot(string name, Parameter parameter) : IDisposable
{
    private readonly string _mean = name + ".exp_avg";
    private readonly string _square = name + ".exp_avg_sq";
    private readonly string _step = name + ".step";

    internal string Name => name;

    internal Parameter Parameter => parameter;

    internal Tensor? Mean { get; private set; }

    internal Tensor? Square { get; private set; }

    /// <summary>[] float32: finished steps of this parameter.</summary>
    internal Tensor? Step { get; private set; }

    internal IEnumerable<string> StateNames => [_mean, _square, _step];

    internal bool HasGradient
    {
        get
        {
            using var gradient = parameter.grad;
            return gradient is not null;
        }
    }

    public void Dispose()
    {
        Mean?.Dispose();
        Square?.Dispose();
        Step?.Dispose();
        (Mean, Square, Step) = (null, null, null);
    }

    internal void Prepare()
    {
        if (Mean is null)
        {
            Mean = zeros_like(parameter).DetachFromDisposeScope();
            Square = zeros_like(parameter).DetachFromDisposeScope();
            Step = zeros([], float32, parameter.device).DetachFromDisposeScope();
        }
    }

    internal void ForgetGradient() => parameter.grad = null;

    internal IEnumerable<KeyValuePair<string, Tensor>> State() =>
        Mean is null ? [] : [new(_mean, Mean), new(_square, Square!), new(_step, Step!)];

    internal IEnumerable<string> FaultsOf(IReadOnlyDictionary<string, Tensor> state)
    {
        var present = StateNames.Where(state.ContainsKey).ToList();
        if (present.Count is not (0 or 3))
        {
            yield return $"{name} has only {string.Join(" and ", present)}";
        }

        foreach (var moment in present.Where(entry => entry != _step && !state[entry].shape.SequenceEqual(parameter.shape)))
        {
            yield return $"{moment} is [{string.Join(", ", state[moment].shape)}] instead of [{string.Join(", ", parameter.shape)}]";
        }
    }

    internal void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        Dispose();
        if (!state.ContainsKey(_mean))
        {
            return;
        }

        using var scope = NewDisposeScope();
        Prepare();
        Mean!.copy_(state[_mean]);
        Square!.copy_(state[_square]);
        Step!.copy_(state[_step].reshape([]));
    }
}
