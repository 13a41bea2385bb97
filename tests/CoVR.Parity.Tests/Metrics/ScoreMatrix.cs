using System.Text.Json;
using CoVR.Conformance.Parity;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Metrics;

/// <summary>Rankings read off a matrix of scores, and numbers of result files.</summary>
internal static class ScoreMatrix
{
    /// <summary>The rows of a matrix [B, K].</summary>
    public static float[][] Rows(NpyArray matrix) => [.. matrix.Floats.Chunk((int)matrix.Shape[1])];

    /// <summary>Ranks a row as numpy's <c>argsort</c>, reversed: among equal scores the later column comes first.</summary>
    public static SearchHit[] Ranking(float[] scores, Func<int, MediaId> id) =>
    [
        .. scores.Select((score, column) => (score, column)).OrderByDescending(pair => pair.score).ThenByDescending(pair => pair.column)
            .Select((pair, place) => new SearchHit(id(pair.column), pair.score, place + 1)),
    ];

    /// <summary>Embeddings of one frame: [B, D] or [B, Q, D], each vector made unit length if asked.</summary>
    public static EmbeddingSet[] Embeddings(NpyArray array, bool normalize)
    {
        var dimensions = (int)array.Shape[^1];
        var vectors = array.Shape.Length == 3 ? (int)array.Shape[1] : 1;
        return [.. array.Floats.Chunk(vectors * dimensions).Select(values => new EmbeddingSet(normalize ? Unit(values, dimensions) : values, vectors, dimensions))];
    }

    /// <summary>Asserts a figure of a result file, which the reference rounds.</summary>
    public static void AssertFigure(JsonElement expected, double actual, int digits, GoldenCase golden, string name) =>
        Assert.True(
            Math.Abs(expected.GetDouble() - Evaluation.RetrievalMetrics.Round(actual, digits)) <= 1e-9,
            $"{golden.Id} {name}: {actual} instead of {expected}.");

    private static float[] Unit(float[] values, int dimensions)
    {
        var unit = values.ToArray();
        foreach (var start in Enumerable.Range(0, values.Length / dimensions).Select(row => row * dimensions))
        {
            var row = unit.AsSpan(start, dimensions);
            var norm = Math.Sqrt(row.ToArray().Sum(value => (double)value * value));
            foreach (ref var value in row)
            {
                value = (float)(value / Math.Max(norm, 1e-12));
            }
        }

        return unit;
    }
}
