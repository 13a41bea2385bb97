namespace CoVR.Retrieval;

/// <summary>The items of one query that may be among its best, by bounds of their scores. Not safe for use from several threads.</summary>
/// <param name="depth">How many are wanted, at least 1.</param>
/// <param name="most">More than these are not worth keeping.</param>
internal sealed class Survivors(int depth, int most)
{
    private readonly PriorityQueue<int, float> _best = new();
    private readonly List<(float Upper, int Ordinal)> _items = [];
    private int _prune = 1024;

    /// <summary>At least as many items as wanted have this score.</summary>
    public float Threshold { get; private set; } = float.NegativeInfinity;

    /// <summary>Whether there are too many: the bounds say too little about this query.</summary>
    public bool IsHopeless { get; private set; }

    /// <summary>Takes over what another thread knows.</summary>
    public void Raise(float threshold) => Threshold = MathF.Max(Threshold, threshold);

    /// <summary>Keeps an item whose score may reach the threshold.</summary>
    public void Add(int ordinal, float upper, float lower)
    {
        if (upper < Threshold)
        {
            return;
        }

        _items.Add((upper, ordinal));
        Count(lower);
        if (_items.Count >= _prune)
        {
            Prune();
        }
    }

    /// <summary>Adds the items of other blocks.</summary>
    public void Merge(Survivors other)
    {
        foreach (var (_, lower) in other._best.UnorderedItems)
        {
            Count(lower);
        }

        Raise(other.Threshold);
        _items.AddRange(other._items);
        IsHopeless |= other.IsHopeless;
        Prune();
    }

    /// <summary>What is left, the highest bound first.</summary>
    public (float[] Uppers, int[] Ordinals) ToSorted()
    {
        Prune();
        var (uppers, ordinals) = (new float[_items.Count], new int[_items.Count]);
        for (var i = 0; i < ordinals.Length; i++)
        {
            (uppers[i], ordinals[i]) = _items[i];
        }

        Array.Sort(uppers, ordinals);
        Array.Reverse(uppers);
        Array.Reverse(ordinals);
        return (uppers, ordinals);
    }

    private void Count(float lower)
    {
        // The bounds of a row without a useful code are infinite, and their difference is not a number.
        lower = float.IsNaN(lower) ? float.NegativeInfinity : lower;
        if (_best.Count < depth)
        {
            _best.Enqueue(0, lower);
        }
        else
        {
            _best.EnqueueDequeue(0, lower);
        }

        if (_best.Count == depth && _best.TryPeek(out _, out var least))
        {
            Raise(least);
        }
    }

    private void Prune()
    {
        _items.RemoveAll(item => item.Upper < Threshold);
        IsHopeless |= _items.Count > most;
        _prune = Math.Max(1024, 2 * _items.Count);
        if (IsHopeless)
        {
            _items.Clear();
            Threshold = float.PositiveInfinity;
        }
    }
}
