namespace CoVR.Retrieval;

/// <summary>Checks and rearranges embeddings [F, Q, D].</summary>
public static class EmbeddingShapes
{
    /// <summary>Picks frames, in the order asked for.</summary>
    /// <param name="video">[F, Q, D].</param>
    /// <param name="frames">At least one index in [0, F); an index may repeat.</param>
    /// <returns>[frames.Count, Q, D], a copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside.</exception>
    public static EmbeddingSet SelectFrames(this EmbeddingSet video, IReadOnlyList<int> frames)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(frames);
        var size = video.Vectors * video.Dimensions;
        var picked = new float[checked(frames.Count * size)];
        for (var i = 0; i < frames.Count; i++)
        {
            FrameOf(video, frames[i]).Span.CopyTo(picked.AsSpan(i * size));
        }

        return new EmbeddingSet(picked, video.Vectors, video.Dimensions, frames.Count);
    }

    /// <summary>One frame [Q, D] of [F, Q, D], without copying.</summary>
    internal static ReadOnlyMemory<float> FrameOf(EmbeddingSet video, int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, video.Frames);
        var size = video.Vectors * video.Dimensions;
        return video.Values.Slice(frame * size, size);
    }

    /// <summary>Every vector divided by its length: [F, Q, D], a copy.</summary>
    internal static EmbeddingSet UnitRows(EmbeddingSet item)
    {
        var values = item.Values.ToArray();
        for (var start = 0; start < values.Length; start += item.Dimensions)
        {
            VectorMath.Normalize(values.AsSpan(start, item.Dimensions));
        }

        return new EmbeddingSet(values, item.Vectors, item.Dimensions, item.Frames);
    }

    internal static void RequireComparable(EmbeddingSet query, EmbeddingSet candidate)
    {
        RequireOneFrame(query, nameof(query));
        RequireOneFrame(candidate, nameof(candidate));
        RequireSameDimensions(query, candidate);
    }

    internal static void RequireSameDimensions(EmbeddingSet query, EmbeddingSet candidate)
    {
        if (query.Dimensions != candidate.Dimensions)
        {
            throw new ArgumentException($"A query of {query.Dimensions} dimensions cannot be compared with a candidate of {candidate.Dimensions}.", nameof(candidate));
        }
    }

    internal static void RequireOneFrame(EmbeddingSet item, string name)
    {
        ArgumentNullException.ThrowIfNull(item, name);
        if (item.Frames != 1)
        {
            throw new ArgumentException($"An embedding of {item.Frames} frames must be pooled before it is compared.", name);
        }
    }

    internal static void RequireFinite(EmbeddingSet item, string what)
    {
        var at = VectorMath.IndexOfNotFinite(item.Values.Span);
        if (at >= 0)
        {
            throw new ArgumentException($"{what}: value {at} is {item.Values.Span[at]}; only finite embeddings can be ranked.");
        }
    }
}
