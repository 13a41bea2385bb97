using static TorchSharp.torch;

namespace CoVR.Conformance.Parity;

/// <summary>Compares tensors with a reference as they come, and keeps none of them.</summary>
internal sealed class ParityComparison(ReferenceTensors reference, ParityTolerance? tolerance)
{
    private readonly List<ParityEntry> _entries = [];
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);

    /// <summary>Compares one tensor; the second of a name is <c>name#2</c>.</summary>
    public void Add(string name, Tensor ours)
    {
        var key = Key(_calls, name);
        _entries.Add(reference.Contains(key)
            ? TensorComparison.Compare(key, reference.Read(key), NpyArray.Of(ours), tolerance ?? ParityTolerance.Default)
            : new ParityEntry(key, ParityVerdict.OnlyHere, [.. ours.shape], null));
    }

    /// <summary>The name under which a call of a layer is known.</summary>
    public static string Key(Dictionary<string, int> calls, string name)
    {
        var call = calls[name] = calls.GetValueOrDefault(name) + 1;
        return call == 1 ? name : $"{name}#{call}";
    }

    /// <summary>Every entry, last the names that only the reference has.</summary>
    public IReadOnlyList<ParityEntry> Finish()
    {
        var seen = _entries.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        return [.. _entries, .. reference.Names.Where(name => !seen.Contains(name)).Select(name => new ParityEntry(name, ParityVerdict.OnlyInReference, null, null))];
    }
}
