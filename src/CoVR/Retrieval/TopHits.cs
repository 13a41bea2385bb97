using System.Collections.Frozen;
using System.Numerics;
using System.Runtime.InteropServices;

namespace CoVR;

/// <summary>The best items seen so far: higher scores first, equal scores in the order of their ordinals; NaN counts as the lowest.</summary>
/// <remarks>A binary heap with the worst kept item on top. Not safe for use from several threads.</remarks>
internal sealed class TopHits(int capacity, FrozenSet<int> excluded)
{
    private readonly List<Entry> _heap = new(Math.Min(capacity, 1024));

    public int Capacity { get; } = capacity;

    public int Count => _heap.Count;

    public bool IsFull => _heap.Count == Capacity;

    /// <summary>Takes an item if it belongs to the best.</summary>
    public void Offer(float score, int ordinal)
    {
        var entry = new Entry(float.IsNaN(score) ? float.NegativeInfinity : score, ordinal);
        if (IsFull && !entry.IsBetterThan(_heap[0]))
        {
            return;
        }

        if (excluded.Count > 0 && excluded.Contains(ordinal))
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

    /// <summary>Offers a run of items; those below the worst kept one are skipped several at a time.</summary>
    public void OfferAll(ReadOnlySpan<float> scores, int firstOrdinal)
    {
        var lanes = MemoryMarshal.Cast<float, Vector<float>>(scores);
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            if (!IsFull || !Vector.LessThanOrEqualAll(lanes[lane], new Vector<float>(_heap[0].Score)))
            {
                OfferEach(scores, lane * Vector<float>.Count, Vector<float>.Count, firstOrdinal);
            }
        }

        var tail = lanes.Length * Vector<float>.Count;
        OfferEach(scores, tail, scores.Length - tail, firstOrdinal);
    }

    /// <summary>Takes what another collection kept.</summary>
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
        Array.Sort(sorted, static (left, right) => left.IsBetterThan(right) ? -1 : right.IsBetterThan(left) ? 1 : 0);
        return sorted;
    }

    private void OfferEach(ReadOnlySpan<float> scores, int start, int count, int firstOrdinal)
    {
        for (var i = start; i < start + count; i++)
        {
            Offer(scores[i], firstOrdinal + i);
        }
    }

    private void SiftUp()
    {
        var child = _heap.Count - 1;
        while (child > 0)
        {
            var parent = (child - 1) / 2;
            if (!_heap[parent].IsBetterThan(_heap[child]))
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
                worst = _heap[worst].IsBetterThan(_heap[child]) ? child : worst;
            }

            if (worst == parent)
            {
                return;
            }

            (_heap[parent], _heap[worst]) = (_heap[worst], _heap[parent]);
            parent = worst;
        }
    }

    internal readonly record struct Entry(float Score, int Ordinal)
    {
        public bool IsBetterThan(Entry other) =>
            Score > other.Score || (Score == other.Score && Ordinal < other.Ordinal);
    }
}
