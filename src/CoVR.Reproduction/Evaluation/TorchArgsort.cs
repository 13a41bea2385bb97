using static CoVR.Reproduction.Evaluation.Introsort;

namespace CoVR.Reproduction.Evaluation;

/// <summary>The order in which <c>torch.argsort</c> leaves equal numbers on the CPU: that of the C++ library's sort, which is not stable beyond 16 numbers.</summary>
/// <remarks>
/// In PyTorch 2.4, which the reference asks for, a sort that is not asked to be stable is <c>std::sort</c> (<c>aten/src/ATen/native/cpu/SortingKernel.cpp</c>); here is that of
/// libstdc++ (<c>bits/stl_algo.h</c>, <c>bits/stl_heap.h</c>): Musser's introsort (Introspective Sorting and Selection Algorithms, 1997) with the median
/// of three as pivot, one insertion sort at the end, heapsort when the depth passes twice the logarithm. Later versions sort with AVX instructions, otherwise.
/// </remarks>
internal static class TorchArgsort
{
    private const int Small = 16;

    /// <summary>Sorts indexes by their numbers, ascending.</summary>
    /// <param name="values">Not NaN.</param>
    public static int[] Ascending(ReadOnlySpan<float> values)
    {
        var places = Unsorted(values.Length, out var depth);
        Sort(values, places, depth);
        InsertionSort(values, places);
        return places;
    }

    /// <summary>Sorts roughly: no number is further from its final index than the length of a small part.</summary>
    private static void Sort(ReadOnlySpan<float> values, Span<int> places, int depth)
    {
        for (; places.Length > Small; depth--)
        {
            if (depth == 0)
            {
                HeapSort(values, places);
                return;
            }

            var cut = Partition(values, places);
            Sort(values, places[cut..], depth - 1);
            places = places[..cut];
        }
    }

    private static int Partition(ReadOnlySpan<float> values, Span<int> places)
    {
        Swap(places, 0, MedianOf(values, places, 1, places.Length / 2, places.Length - 1));
        var pivot = values[places[0]];
        for (var (left, right) = (1, places.Length); ; left++)
        {
            while (values[places[left]] < pivot)
            {
                left++;
            }

            do
            {
                right--;
            }
            while (pivot < values[places[right]]);

            if (left >= right)
            {
                return left;
            }

            Swap(places, left, right);
        }
    }

    private static int MedianOf(ReadOnlySpan<float> values, Span<int> places, int first, int second, int third)
    {
        var (a, b, c) = (values[places[first]], values[places[second]], values[places[third]]);
        return a < b
            ? (b < c ? second : a < c ? third : first)
            : (a < c ? first : b < c ? third : second);
    }

    private static void HeapSort(ReadOnlySpan<float> values, Span<int> heap)
    {
        for (var root = (heap.Length - 2) / 2; root >= 0; root--)
        {
            Settle(values, heap, root, heap[root]);
        }

        for (var end = heap.Length - 1; end > 0; end--)
        {
            var place = heap[end];
            heap[end] = heap[0];
            Settle(values, heap[..end], 0, place);
        }
    }

    /// <summary>Moves the larger child up all the way, then sifts the index up from the leaf.</summary>
    private static void Settle(ReadOnlySpan<float> values, Span<int> heap, int top, int place)
    {
        var hole = top;
        for (var child = (2 * hole) + 2; child <= heap.Length; child = (2 * hole) + 2)
        {
            var larger = child == heap.Length || values[heap[child]] < values[heap[child - 1]] ? child - 1 : child;
            (heap[hole], hole) = (heap[larger], larger);
        }

        for (var parent = (hole - 1) / 2; hole > top && values[heap[parent]] < values[place]; parent = (hole - 1) / 2)
        {
            (heap[hole], hole) = (heap[parent], parent);
        }

        heap[hole] = place;
    }
}
