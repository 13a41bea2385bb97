namespace CoVR.Retrieval;

/// <summary>The dot product of the mean query vector and the mean candidate vector; neither mean is normalised again.</summary>
/// <remarks>
/// The similarity of WebVid-CoVR, FashionIQ and CIRCO (<c>src/test/blip2/webvid_covr.py</c> of the reference). With Q = 1
/// it is the plain dot product, the cosine for unit vectors. Safe for use from several threads.
/// </remarks>
public sealed class MeanPooledSimilarity : ISimilarity
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
