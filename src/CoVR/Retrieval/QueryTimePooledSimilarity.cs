namespace CoVR.Retrieval;

/// <summary>See <see cref="Similarities.QueryTimePooled"/>.</summary>
internal sealed class QueryTimePooledSimilarity : ISimilarity
{
    public QueryTimePooledSimilarity(double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        Temperature = (float)temperature;
    }

    /// <summary>What frame similarities are divided by.</summary>
    public float Temperature { get; }

    /// <inheritdoc/>
    public string Name => FormattableString.Invariant($"mean-pooled dot product, frames weighted by the query at temperature {Temperature}");

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

        // One pass: the sums are rescaled when a higher frame appears.
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
