namespace CoVR.Retrieval;

/// <summary>The similarities that the benchmarks use. Safe for use from several threads.</summary>
public static class Similarities
{
    /// <summary>The dot product of the mean query vector and the mean candidate vector; neither mean is renormalized.</summary>
    /// <remarks>
    /// The similarity of WebVid-CoVR, FashionIQ and CIRCO (<c>src/test/blip2/webvid_covr.py</c> of the reference). With Q = 1
    /// it is the plain dot product, the cosine for unit vectors.
    /// </remarks>
    public static ISimilarity MeanPooled { get; } = new MeanPooledSimilarity();

    /// <summary>The largest dot product of any query vector with any candidate vector.</summary>
    /// <remarks>The similarity of BLIP-2 on CIRR (<c>src/test/blip2/cirr.py</c> of the reference).</remarks>
    public static ISimilarity MaxOverPairs { get; } = new MaxOverPairsSimilarity();

    /// <summary>
    /// Each query weights the frames of each candidate: with s(f) the mean-pooled dot product of the query and frame f, the
    /// similarity is the sum over frames of softmax(s / temperature)(f) · s(f).
    /// </summary>
    /// <remarks>
    /// Achieves what the papers' answer-conditioned pooling aims at without its leak: weights come from the query being asked, never
    /// from the query that a candidate happens to answer, so it works for a real gallery. A high temperature gives the mean over
    /// frames, a low one the best frame. The cost: F rows are kept and compared per candidate instead of one
    /// (<c>docs/evaluation.md</c>, <c>QueryTimePoolingBenchmarks</c>). With one frame this is <see cref="MeanPooled"/>.
    /// Candidates may have different numbers of frames.
    /// </remarks>
    /// <param name="temperature">What frame similarities are divided by; positive. The papers' frame scores use 0.1.</param>
    /// <returns>The similarity.</returns>
    public static ISimilarity QueryTimePooled(double temperature = 0.1) => new QueryTimePooledSimilarity(temperature);
}
