namespace CoVR.Retrieval;

/// <summary>See <see cref="Similarities.MeanPooled"/>.</summary>
internal sealed class MeanPooledSimilarity : ISimilarity
{
    /// <inheritdoc/>
    public string Name => "mean-pooled dot product";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is more than one frame, or the dimensions differ.</exception>
    public float Score(EmbeddingSet query, EmbeddingSet candidate)
    {
        EmbeddingShapes.RequireComparable(query, candidate);
        return VectorMath.Dot(Pool(query), Pool(candidate));
    }

    /// <summary>The mean vector [D] of [1, Q, D].</summary>
    internal static float[] Pool(EmbeddingSet item)
    {
        var mean = new float[item.Dimensions];
        VectorMath.MeanRows(item.Values.Span, mean);
        return mean;
    }
}
