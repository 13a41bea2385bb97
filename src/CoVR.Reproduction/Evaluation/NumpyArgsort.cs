using static CoVR.Reproduction.Evaluation.Introsort;

namespace CoVR.Reproduction.Evaluation;

/// <summary>
/// The order into which <c>numpy.argsort</c> of numpy 1.24, the version that the reference asks for, puts single precision numbers:
/// the order of equal numbers is whatever its sort leaves, which depends on all the others.
/// </summary>
/// <remarks>
/// An introsort (Musser, Introspective Sorting and Selection Algorithms, 1997): quicksort with the median of three (Sedgewick, 1978) as pivot,
/// insertion sort from 16 places down, heapsort when the depth passes twice the logarithm
/// (<c>numpy/core/src/npysort/quicksort.cpp</c>). From numpy 1.25 on processors with AVX-512, and 2.0 with AVX2, sort otherwise.
/// </remarks>
internal static class NumpyArgsort
{
    private const int Small = 15;

    /// <summary>Sorts indexes by their numbers, ascending.</summary>
    /// <param name="values">Not NaN.</param>
    public static int[] Ascending(ReadOnlySpan<float> values)
    {
        var places = Unsorted(values.Length, out var depth);
        Sort(values, places, depth);
        return places;
    }

    /// <summary>
    /// Sorts a part. Only the larger side of a partition is checked for depth, when numpy pops it off its stack; which side comes first
    /// does not matter to the other.
    /// </summary>
    private static void Sort(ReadOnlySpan<float> values, Span<int> places, int depth)
    {
        if (depth < 0)
        {
            HeapSort(values, places);
            return;
        }

        while (places.Length - 1 > Small)
        {
            var pivot = Partition(values, places);
            depth--;
            var isLeftSmaller = pivot < places.Length - 1 - pivot;
            Sort(values, isLeftSmaller ? places[(pivot + 1)..] : places[..pivot], depth);
            places = isLeftSmaller ? places[..pivot] : places[(pivot + 1)..];
        }

        InsertionSort(values, places);
    }

    private static int Partition(ReadOnlySpan<float> values, Span<int> places)
    {
        var last = places.Length - 1;
        var middle = last >> 1;
        OrderPair(values, places, 0, middle);
        OrderPair(values, places, middle, last);
        OrderPair(values, places, 0, middle);
        var pivot = values[places[middle]];
        Swap(places, middle, last - 1);
        var (left, right) = (0, last - 1);
        while (true)
        {
            while (values[places[++left]] < pivot)
            {
            }

            while (pivot < values[places[--right]])
            {
            }

            if (left >= right)
            {
                break;
            }

            Swap(places, left, right);
        }

        Swap(places, left, last - 1);
        return left;
    }

    private static void HeapSort(ReadOnlySpan<float> values, Span<int> places)
    {
        for (var root = places.Length / 2; root > 0; root--)
        {
            Sink(values, places, root, places[root - 1]);
        }

        for (var end = places.Length - 1; end > 0; end--)
        {
            var place = places[end];
            places[end] = places[0];
            Sink(values, places[..end], 1, place);
        }
    }

    /// <summary>Sifts an index down from a node of a heap with one-based nodes.</summary>
    private static void Sink(ReadOnlySpan<float> values, Span<int> heap, int node, int place)
    {
        for (var child = 2 * node; child <= heap.Length; child *= 2)
        {
            if (child < heap.Length && values[heap[child - 1]] < values[heap[child]])
            {
                child++;
            }

            if (!(values[place] < values[heap[child - 1]]))
            {
                break;
            }

            heap[node - 1] = heap[child - 1];
            node = child;
        }

        heap[node - 1] = place;
    }

    private static void OrderPair(ReadOnlySpan<float> values, Span<int> places, int lower, int upper)
    {
        if (values[places[upper]] < values[places[lower]])
        {
            Swap(places, lower, upper);
        }
    }
}
