using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance.Parity;

/// <summary>
/// A model's tensors beside those of another implementation, layer by layer: how far each is off, and where it starts.
/// </summary>
/// <remarks>
/// docs/parity.md shows how to write a reference with PyTorch. A report holds numbers only, no tensors; it never changes.
/// </remarks>
public sealed class ParityReport
{
    private readonly bool _backward;

    /// <summary>Makes a report of comparisons.</summary>
    /// <param name="title">What was compared.</param>
    /// <param name="entries">One for each tensor.</param>
    /// <param name="backward">Whether they are gradients, in the order of the backward pass.</param>
    public ParityReport(string title, IReadOnlyList<ParityEntry> entries, bool backward = false) =>
        (Title, Entries, _backward) = (title, entries, backward);

    /// <summary>What was compared.</summary>
    public string Title { get; }

    /// <summary>One entry a tensor: activations in the order of execution, gradients in the order of the model; last the names that only the reference has.</summary>
    public IReadOnlyList<ParityEntry> Entries { get; }

    /// <summary>The entry where the trouble starts: the first that differs in the order of execution, which for gradients runs from the last layer to the first; null when none differs.</summary>
    public ParityEntry? FirstDivergence => _backward ? Entries.LastOrDefault(entry => entry.Diverges) : Entries.FirstOrDefault(entry => entry.Diverges);

    /// <summary>Whether something was compared and nothing differs. Names of one side only do not count; see <see cref="SameNames"/>.</summary>
    public bool Passed => FirstDivergence is null && Entries.Any(entry => entry.IsCompared);

    /// <summary>Whether both sides have the same names.</summary>
    public bool SameNames => Entries.All(entry => entry.IsCompared);

    /// <summary>One line.</summary>
    public string Summary
    {
        get
        {
            var compared = Entries.Count(entry => entry.IsCompared);
            var agreeing = Entries.Count(entry => entry.Verdict == ParityVerdict.Agrees);
            var names = $"{OneSided(ParityVerdict.OnlyInReference, "only in the reference")}{OneSided(ParityVerdict.OnlyHere, "only here")}";
            return compared == 0 ? $"{Title}: no name is on both sides{names}."
                : FirstDivergence is { } first ? $"{Title}: {agreeing} of {compared} tensors agree{names}. First divergence: {first}."
                : $"{Title}: all {compared} tensors agree{names}.";
        }
    }

    /// <summary>Runs a module on the reference's arguments and compares the output of every layer that both sides have.</summary>
    /// <param name="module">In evaluation mode, with its weights; no other thread uses it meanwhile. Layers are seen when they are called through <c>call</c>.</param>
    /// <param name="reference">
    /// A folder with <c>{path of a layer}.npy</c>, <c>{path}#2.npy</c> for the layer's second call, <c>result.npy</c> for what
    /// <paramref name="run"/> returns and the arguments as <c>inputs/{name}.npy</c>; or one <c>.safetensors</c> or <c>.pth</c> file with these names, arguments as <c>inputs.{name}</c>.
    /// </param>
    /// <param name="run">Calls the module with the arguments, which are on its device and belong to the report; returns the result, or null.</param>
    /// <param name="tolerance">Null for <see cref="ParityTolerance.Default"/>.</param>
    /// <returns>The report.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file of the reference cannot be read.</exception>
    public static ParityReport OfActivations(
        nn.Module module, string reference, Func<IReadOnlyDictionary<string, Tensor>, Tensor?> run, ParityTolerance? tolerance = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(run);
        NativeTorch.EnsureLoaded();
        using var expected = ReferenceTensors.Open(reference);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var comparison = new ParityComparison(expected, tolerance);
        using (new ForwardTrace(module, comparison.Add))
        {
            if (run(expected.Inputs(module.parameters().FirstOrDefault()?.device ?? CPU)) is { } result)
            {
                comparison.Add(ReferenceTensors.Result, result);
            }
        }

        return new ParityReport(module.GetName(), comparison.Finish());
    }

    /// <summary>Loads weights, then compares as <see cref="OfActivations"/> does.</summary>
    /// <param name="module">Gets the weights and is put in evaluation mode.</param>
    /// <param name="checkpoint">A file of <c>torch.save</c> or safetensors.</param>
    /// <param name="map">How the file's keys become the module's; null for the same names.</param>
    /// <param name="reference">As in <see cref="OfActivations"/>.</param>
    /// <param name="run">As in <see cref="OfActivations"/>.</param>
    /// <param name="tolerance">Null for <see cref="ParityTolerance.Default"/>.</param>
    /// <returns>The report.</returns>
    /// <exception cref="CheckpointException">The file cannot be read, or the weights do not fit.</exception>
    public static ParityReport OfCheckpoint(
        nn.Module module, string checkpoint, CheckpointMap? map, string reference, Func<IReadOnlyDictionary<string, Tensor>, Tensor?> run, ParityTolerance? tolerance = null)
    {
        Checkpoint.Load(module, checkpoint, map ?? new CheckpointMap());
        module.eval();
        return OfActivations(module, reference, run, tolerance);
    }

    /// <summary>Compares the gradients that a module's parameters hold.</summary>
    /// <param name="module">After <c>backward</c>.</param>
    /// <param name="reference">A folder with <c>{parameter}.npy</c>, a <c>.safetensors</c> or <c>.pth</c> file, or <c>{name}_index.json</c> beside <c>{name}_flat.npy</c>.</param>
    /// <param name="tolerance">Null for <see cref="ParityTolerance.Default"/>.</param>
    /// <returns>The report; a parameter without gradient has none here.</returns>
    public static ParityReport OfGradients(nn.Module module, string reference, ParityTolerance? tolerance = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var expected = ReferenceTensors.Open(reference);
        var comparison = new ParityComparison(expected, tolerance);
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (parameter.grad is { } gradient)
            {
                comparison.Add(name, gradient);
            }
        }

        return new ParityReport($"gradients of {module.GetName()}", comparison.Finish(), backward: true);
    }

    /// <summary>Compares tensors that the caller has.</summary>
    /// <param name="title">What they are.</param>
    /// <param name="reference">The expected ones.</param>
    /// <param name="ours">In the order in which they were computed.</param>
    /// <param name="tolerance">Null for <see cref="ParityTolerance.Default"/>.</param>
    /// <returns>The report.</returns>
    public static ParityReport Compare(
        string title, ReferenceTensors reference, IEnumerable<KeyValuePair<string, Tensor>> ours, ParityTolerance? tolerance = null)
    {
        ArgumentNullException.ThrowIfNull(ours);
        var comparison = new ParityComparison(reference, tolerance);
        foreach (var (name, tensor) in ours)
        {
            comparison.Add(name, tensor);
        }

        return new ParityReport(title, comparison.Finish());
    }

    /// <summary>Fails the test, with the whole report as its message, unless the report passed.</summary>
    /// <param name="sameNames">Whether a name of one side only is a failure too.</param>
    public void AssertPassed(bool sameNames = false)
    {
        if (!Passed || (sameNames && !SameNames))
        {
            Assert.Fail(ToString());
        }
    }

    /// <summary>The whole report: a table with a line for each tensor, the names of one side only, and the summary.</summary>
    public override string ToString() => ParityTable.Write(this);

    private string OneSided(ParityVerdict verdict, string where) =>
        Entries.Count(entry => entry.Verdict == verdict) is var count and > 0 ? $", {count} {where}" : "";
}
