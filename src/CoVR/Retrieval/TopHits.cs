using System.Numerics;
using System.Runtime.InteropServices;

namespace CoVR.Retrieval;

/// <summary>The best items seen so far: higher scores first; NaN counts as the lowest score.</summary>
/// <remarks>A binary heap with the worst kept item on top. Not safe for use from several threads.</remarks>
/// <param name="capacity">How many items are kept.</param>
/// <param name="ties">Orders items with equal scores; null for ordinal order.</param>
internal sealed class TopHits(int capacity, Comparison<int>? ties = null)
{
    private readonly List<Entry> _heap = new(Math.Min(capacity, 1024));

    public int Capacity { get; } = capacity;

    public int Count => _heap.Count;

    public bool IsFull => _heap.Count == Capacity;

    /// <summary>Items with a lower score are not kept.</summary>
    public float Least => IsFull ? _heap[0].Score : float.NegativeInfinity;

    /// <summary>Keeps an item if it is among the best.</summary>
    public void Offer(float score, int ordinal)
    {
        var entry = new Entry(float.IsNaN(score) ? float.NegativeInfinity : score, ordinal);
        if (IsFull && !IsBetter(entry, _heap[0]))
        {
            return;
        }

        if (IsFull)
        {
            _heap[0] = entry;
            SiftDown();
        }
        else
        {
            _heap.Add(entry);
            SiftUp();
        }
    }

    /// <summary>Offers the items of a block; items not above the worst kept one are skipped several at a time.</summary>
    /// <param name="scores">One score per item.</param>
    /// <param name="firstOrdinal">The ordinal of the first item; blocks are offered in ascending order.</param>
    /// <param name="mask">One bit per item; null if all count.</param>
    public void OfferAll(ReadOnlySpan<float> scores, int firstOrdinal, ulong[]? mask)
    {
        var lanes = MemoryMarshal.Cast<float, Vector<float>>(scores);
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            if (!IsFull || !Vector.LessThanOrEqualAll(lanes[lane], new Vector<float>(_heap[0].Score)))
            {
                OfferEach(scores, lane * Vector<float>.Count, Vector<float>.Count, firstOrdinal, mask);
            }
        }

        var tail = lanes.Length * Vector<float>.Count;
        OfferEach(scores, tail, scores.Length - tail, firstOrdinal, mask);
    }

    /// <summary>Merges the items that another collection kept.</summary>
    public void Merge(TopHits other)
    {
        foreach (var entry in other._heap)
        {
            Offer(entry.Score, entry.Ordinal);
        }
    }

    /// <summary>The kept items, best first.</summary>
    public Entry[] ToSorted()
    {
        var sorted = _heap.ToArray();
        Array.Sort(sorted, (left, right) => IsBetter(left, right) ? -1 : IsBetter(right, left) ? 1 : 0);
        return sorted;
    }

    private void OfferEach(ReadOnlySpan<float> scores, int start, int count, int firstOrdinal, ulong[]? mask)
    {
        for (var i = start; i < start + count; i++)
        {
            if (mask is null || Bits.Get(mask, i))
            {
                Offer(scores[i], firstOrdinal + i);
            }
        }
    }

    private bool IsBetter(Entry left, Entry right) =>
        left.Score > right.Score || (left.Score == right.Score && (ties is null ? left.Ordinal < right.Ordinal : ties(left.Ordinal, right.Ordinal) < 0));

    private void SiftUp()
    {
        var child = _heap.Count - 1;
        while (child > 0)
        {
            var parent = (child - 1) / 2;
            if (!IsBetter(_heap[parent], _heap[child]))
            {
                return;
            }

            (_heap[parent], _heap[child]) = (_heap[child], _heap[parent]);
            child = parent;
        }
    }

    private void SiftDown()
    {
        var parent = 0;
        while (true)
        {
            var worst = parent;
            for (var child = (2 * parent) + 1; child <= (2 * parent) + 2 && child < _heap.Count; child++)
            {
                worst = IsBetter(_heap[worst], _heap[child]) ? child : worst;
            }

            if (worst == parent)
            {
                return;
            }

            (_heap[parent], _heap[worst]) = (_heap[worst], _heap[parent]);
            parent = worst;
        }
    }

    internal readonly record struct Entry(float Score, int Ordinal);
}
