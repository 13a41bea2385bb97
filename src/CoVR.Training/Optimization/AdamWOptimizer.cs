using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training.Optimization;

/// <summary>AdamW with one learning rate for all parameters, with PyTorch's results, in place and with constant memory.</summary>
/// <remarks>
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (arXiv:1711.05101), as <c>torch.optim.AdamW</c> computes
/// it. A parameter without a gradient is skipped: no decay, and its step count stays. Owns its moments; dispose it.
/// Not safe for use from several threads.
/// </remarks>
internal sealed class AdamWOptimizer : IDisposable
{
    private readonly List<AdamWSlot> _slots;
    private readonly AdamWOptions _options;

    /// <summary>Creates an optimizer without history.</summary>
    /// <param name="parameters">The trained parameters, with names that are unique and stable between runs; not disposed.</param>
    /// <param name="options">The numbers; null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no parameter, or a name occurs twice.</exception>
    public AdamWOptimizer(IEnumerable<KeyValuePair<string, Parameter>> parameters, AdamWOptions? options = null)
    {
        _options = options ?? new AdamWOptions();
        _slots = [.. parameters.Select(named => new AdamWSlot(named.Key, named.Value))];
        if (_slots.Count == 0)
        {
            throw new ArgumentException("There is no parameter to train: every parameter of the model is frozen.", nameof(parameters));
        }

        if (_slots.GroupBy(slot => slot.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two parameters are named '{twice.Key}'.", nameof(parameters));
        }
    }

    /// <summary>The rate of the next step.</summary>
    /// <value>0.001 until it is set.</value>
    public double LearningRate { get; set; } = 1e-3;

    /// <summary>The names of the parameters, in their order.</summary>
    public IReadOnlyList<string> ParameterNames => [.. _slots.Select(slot => slot.Name)];

    /// <summary>Updates every parameter that has a gradient.</summary>
    public void Step()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var due = _slots.Where(slot => slot.HasGradient).ToList();
        foreach (var slot in due)
        {
            slot.Prepare();
        }

        foreach (var group in due.GroupBy(slot => (slot.Parameter.device.ToString(), Decay: DecayOf(slot))))
        {
            FusedAdamW.Step(
                [.. group.Select(slot => (Tensor)slot.Parameter)],
                [.. group.Select(slot => slot.Parameter.grad!)],
                [.. group.Select(slot => new AdamWMoments(slot.Mean!, slot.Square!, slot.Step!))],
                new AdamWSettings(LearningRate, _options.Beta1, _options.Beta2, group.Key.Decay, _options.Epsilon));
        }
    }

    /// <summary>Removes all gradients, so that a parameter unused in the next step has none.</summary>
    public void ZeroGrad()
    {
        foreach (var slot in _slots)
        {
            slot.ForgetGradient();
        }
    }

    /// <summary>Scales all gradients down so that their common Euclidean norm is at most <paramref name="maximum"/>.</summary>
    /// <param name="maximum">The largest norm, above 0.</param>
    /// <returns>The norm before; not finite when a gradient is not.</returns>
    public double ClipGradients(double maximum)
    {
        using var scope = NewDisposeScope();
        return GradientNorm.Clip([.. _slots.Where(slot => slot.HasGradient).Select(slot => slot.Parameter.grad!)], maximum);
    }

    /// <summary>Divides all gradients.</summary>
    /// <param name="factor">By what, above 0.</param>
    /// <returns>Whether all of them are finite; otherwise they must not be used.</returns>
    internal bool DivideGradients(double factor)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using Scalar rest = 1 / factor;
        List<Tensor> gradients = [.. _slots.Where(slot => slot.HasGradient).Select(slot => slot.Parameter.grad!)];
        gradients.ForEach(gradient => gradient.mul_(rest));
        return double.IsFinite(GradientNorm.Of(gradients));
    }

    /// <summary>The history, for saving: for each parameter with history its moments and step count.</summary>
    /// <returns>The live tensors <c>{parameter}.exp_avg</c>, <c>.exp_avg_sq</c> and <c>.step</c>, which stay the optimizer's.</returns>
    public IReadOnlyDictionary<string, Tensor> State() =>
        _slots.SelectMany(slot => slot.State()).ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>Replaces the history.</summary>
    /// <param name="state">As returned by <see cref="State"/>; copied.</param>
    /// <exception cref="ArgumentException">A tensor belongs to no parameter, is missing beside its siblings, or has another shape; names all of them.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        var known = _slots.SelectMany(slot => slot.StateNames).ToHashSet(StringComparer.Ordinal);
        List<string> faults = [.. state.Keys.Where(name => !known.Contains(name)).Select(name => $"{name} belongs to no parameter")];
        faults.AddRange(_slots.SelectMany(slot => slot.FaultsOf(state)));
        if (faults.Count > 0)
        {
            throw new ArgumentException("The optimizer's history does not fit: " + string.Join("; ", faults) + ".", nameof(state));
        }

        foreach (var slot in _slots)
        {
            slot.Load(state);
        }
    }

    public void Dispose() => _slots.ForEach(slot => slot.Dispose());

    private double DecayOf(AdamWSlot slot) => _options.DecayBiasesAndNorms || slot.Parameter.dim() > 1 ? _options.WeightDecay : 0;
}
