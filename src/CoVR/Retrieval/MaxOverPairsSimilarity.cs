namespace CoVR.Retrieval;

/// <summary>See <see cref="Similarities.MaxOverPairs"/>.</summary>
internal sealed class MaxOverPairsSimilarity : ISimilarity
{
    /// <inheritdoc/>
    public string Name => "maximum over token pairs";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is more than one frame, or the dimensions differ.</exception>
    public float Score(EmbeddingSet query, EmbeddingSet candidate)
    {
        EmbeddingShapes.RequireComparable(query, candidate);
        return Best(query.Values.Span, candidate.Values.Span, query.Dimensions);
    }

    /// <summary>The largest product of rows of [Q, D] and rows of [Q', D].</summary>
    internal static float Best(ReadOnlySpan<float> query, ReadOnlySpan<float> candidate, int dimensions)
    {
        var best = float.NegativeInfinity;
        for (var q = 0; q < query.Length; q += dimensions)
        {
            for (var c = 0; c < candidate.Length; c += dimensions)
            {
                best = MathF.Max(best, VectorMath.Dot(query.Slice(q, dimensions), candidate.Slice(c, dimensions)));
            }
        }

        return best;
    }
}
