namespace CoVR.Retrieval;

/// <summary>Checks and rearranges embeddings [F, Q, D].</summary>
internal static class EmbeddingShapes
{
    /// <summary>One frame [Q, D] of [F, Q, D], without copying.</summary>
    public static ReadOnlyMemory<float> FrameOf(EmbeddingSet video, int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, video.Frames);
        var size = video.Vectors * video.Dimensions;
        return video.Values.Slice(frame * size, size);
    }

    /// <summary>Every vector normalized: [F, Q, D], a copy.</summary>
    public static EmbeddingSet UnitRows(EmbeddingSet item)
    {
        var values = item.Values.ToArray();
        for (var start = 0; start < values.Length; start += item.Dimensions)
        {
            VectorMath.Normalize(values.AsSpan(start, item.Dimensions));
        }

        return new EmbeddingSet(values, item.Vectors, item.Dimensions, item.Frames);
    }

    public static void RequireComparable(EmbeddingSet query, EmbeddingSet candidate)
    {
        RequireOneFrame(query, nameof(query));
        RequireOneFrame(candidate, nameof(candidate));
        RequireSameDimensions(query, candidate);
    }

    public static void RequireSameDimensions(EmbeddingSet query, EmbeddingSet candidate)
    {
        if (query.Dimensions != candidate.Dimensions)
        {
            throw new ArgumentException($"A query of {query.Dimensions} dimensions cannot be compared with a candidate of {candidate.Dimensions}.", nameof(candidate));
        }
    }

    public static void RequireOneFrame(EmbeddingSet item, string name)
    {
        ArgumentNullException.ThrowIfNull(item, name);
        if (item.Frames != 1)
        {
            throw new ArgumentException($"An embedding of {item.Frames} frames must be pooled before it is compared.", name);
        }
    }

    public static void RequireFinite(EmbeddingSet item, string what)
    {
        var at = VectorMath.IndexOfNotFinite(item.Values.Span);
        if (at >= 0)
        {
            throw new ArgumentException($"{what}: value {at} is {item.Values.Span[at]}; only finite embeddings can be ranked.");
        }
    }
}
