using System.Numerics;

namespace CoVR.Reproduction.Evaluation;

/// <summary>The parts that the introsorts of numpy and libstdc++ have in common. They sort indexes by the numbers at those indexes.</summary>
internal static class Introsort
{
    /// <summary>All indexes in order, and the depth at which quicksort gives way to heapsort.</summary>
    public static int[] Unsorted(int count, out int depth)
    {
        depth = count == 0 ? 0 : 2 * BitOperations.Log2((uint)count);
        return [.. Enumerable.Range(0, count)];
    }

    /// <summary>Sorts in place; equal numbers keep their order.</summary>
    public static void InsertionSort(ReadOnlySpan<float> values, Span<int> places)
    {
        for (var i = 1; i < places.Length; i++)
        {
            var (place, hole) = (places[i], i);
            for (; hole > 0 && values[place] < values[places[hole - 1]]; hole--)
            {
                places[hole] = places[hole - 1];
            }

            places[hole] = place;
        }
    }

    /// <summary>Swaps two indexes.</summary>
    public static void Swap(Span<int> places, int first, int second) => (places[first], places[second]) = (places[second], places[first]);
}
