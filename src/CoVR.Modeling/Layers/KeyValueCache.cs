using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Keys and values of the tokens that were read, so that a text goes on token by token; owns its tensors. For one thread.</summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly Dictionary<object, (Tensor Key, Tensor Value)> _kept = [];

    /// <summary>How many tokens were read.</summary>
    public long Length { get; set; }

    /// <summary>What an attention has kept; null if nothing.</summary>
    public (Tensor Key, Tensor Value)? Find(object attention) => _kept.TryGetValue(attention, out var kept) ? kept : null;

    /// <summary>Adds tokens to what an attention has kept, and gives all of it.</summary>
    /// <param name="attention">Whose.</param>
    /// <param name="key">[B, H, T, d].</param>
    /// <param name="value">[B, H, T, d].</param>
    public (Tensor Key, Tensor Value) Add(object attention, Tensor key, Tensor value)
    {
        if (Find(attention) is { } before)
        {
            (key, value) = (cat([before.Key, key], 2), cat([before.Value, value], 2));
            Release(before);
        }

        return _kept[attention] = (key.DetachFromDisposeScope(), value.DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var kept in _kept.Values)
        {
            Release(kept);
        }

        _kept.Clear();
    }

    private static void Release((Tensor Key, Tensor Value) kept)
    {
        kept.Key.Dispose();
        kept.Value.Dispose();
    }
}
