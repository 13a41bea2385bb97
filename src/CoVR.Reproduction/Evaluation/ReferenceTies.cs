using CoVR.Data;

namespace CoVR.Reproduction.Evaluation;

/// <summary>The order of ties as left by the sorts of the Python code; excluded candidates come last, as scores of -10 or -100 do there.</summary>
internal static class ReferenceTies
{
    /// <summary><c>numpy.argsort(similarities)[::-1]</c>: the later first in galleries of up to 16.</summary>
    public static ITieBreaker Numpy { get; } = new NumpyTies();

    /// <summary>
    /// <c>torch.argsort(1 - similarities)</c>: distances are rounded to single precision, which can create further ties; the earlier first in
    /// galleries of up to 16.
    /// </summary>
    public static ITieBreaker Torch { get; } = new TorchTies();

    private sealed class NumpyTies : ITieBreaker
    {
        public string Name => "numpy's introsort, reversed";

        public IEnumerable<int> Order(ReadOnlySpan<float> scores, IReadOnlySet<int> excluded)
        {
            var order = NumpyArgsort.Ascending(scores);
            Array.Reverse(order);
            return order;
        }
    }

    private sealed class TorchTies : ITieBreaker
    {
        public string Name => "single precision distances, torch's introsort";

        public bool AreTied(float first, float second) => 1f - first == 1f - second;

        public IEnumerable<int> Order(ReadOnlySpan<float> scores, IReadOnlySet<int> excluded)
        {
            var distances = new float[scores.Length];
            for (var i = 0; i < distances.Length; i++)
            {
                distances[i] = 1f - scores[i];
            }

            return TorchArgsort.Ascending(distances);
        }
    }
}
