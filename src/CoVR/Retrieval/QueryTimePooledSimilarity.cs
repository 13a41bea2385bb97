namespace CoVR.Retrieval;

/// <summary>
/// Each query weighs the frames of each candidate: with s(f) the mean-pooled dot product of the query and frame f, the
/// similarity is the sum over frames of softmax(s / temperature)(f) · s(f).
/// </summary>
/// <remarks>
/// What the papers' pooling by the answer's text wants, without its leak: weights come from the question that is asked, never
/// from the question that a candidate happens to answer, so a gallery in use can do it. A high temperature gives the mean over
/// frames, a low one the best frame. The price: F rows are kept and compared for each candidate instead of one
/// (<c>docs/evaluation.md</c>, <c>QueryTimePoolingBenchmarks</c>). With one frame this is <see cref="MeanPooledSimilarity"/>.
/// Candidates may have different numbers of frames. Safe for use from several threads.
/// </remarks>
public sealed class QueryTimePooledSimilarity : ISimilarity
{
    /// <summary>Sets the sharpness.</summary>
    /// <param name="temperature">What frame similarities are divided by; positive. The papers' frame scores use 0.1.</param>
    public QueryTimePooledSimilarity(double temperature = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        Temperature = (float)temperature;
    }

    /// <summary>What frame similarities are divided by.</summary>
    public float Temperature { get; }

    /// <inheritdoc/>
    public string Name => FormattableString.Invariant($"mean-pooled dot product, frames weighed by the query at temperature {Temperature}");

    /// <inheritdoc/>
    public bool PoolsFrames => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The query has several frames, or the dimensions differ.</exception>
    public float Score(EmbeddingSet query, EmbeddingSet candidate)
    {
        EmbeddingShapes.RequireOneFrame(query, nameof(query));
        ArgumentNullException.ThrowIfNull(candidate);
        EmbeddingShapes.RequireSameDimensions(query, candidate);
        return Score(MeanPooledSimilarity.Pool(query), FrameRows(candidate).Span, Temperature);
    }

    /// <summary>The mean vector of each frame: [F, Q, D] -> [F, D].</summary>
    internal static ReadOnlyMemory<float> FrameRows(EmbeddingSet item)
    {
        if (item.Vectors == 1)
        {
            return item.Values;
        }

        var rows = new float[item.Frames * item.Dimensions];
        for (var frame = 0; frame < item.Frames; frame++)
        {
            VectorMath.MeanRows(EmbeddingShapes.FrameOf(item, frame).Span, rows.AsSpan(frame * item.Dimensions, item.Dimensions));
        }

        return rows;
    }

    /// <summary>The similarity of [D] and [F, D].</summary>
    internal static float Score(ReadOnlySpan<float> query, ReadOnlySpan<float> frames, float temperature)
    {
        var dimensions = query.Length;
        if (frames.Length == dimensions)
        {
            return VectorMath.Dot(query, frames);
        }

        // One pass: sums are scaled down when a higher frame comes.
        var (highest, weights, sum) = (float.NegativeInfinity, 0.0, 0.0);
        for (var start = 0; start < frames.Length; start += dimensions)
        {
            var similarity = VectorMath.Dot(query, frames.Slice(start, dimensions));
            if (similarity > highest)
            {
                var scale = Math.Exp(((double)highest - similarity) / temperature);
                (highest, weights, sum) = (similarity, weights * scale, sum * scale);
            }

            var weight = Math.Exp(((double)similarity - highest) / temperature);
            weights += weight;
            sum += weight * similarity;
        }

        return (float)(sum / weights);
    }
}
