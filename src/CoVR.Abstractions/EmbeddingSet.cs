namespace CoVR;

/// <summary>The embedding of one item: F x Q x D numbers (frames, query vectors, dimensions), row by row.</summary>
/// <remarks>BLIP has Q = 1, BLIP-2 Q = 32; a picture has F = 1. Vectors are unit length unless pooled.</remarks>
public sealed record EmbeddingSet
{
    /// <summary>Wraps numbers without copying them.</summary>
    /// <param name="values">Exactly <c>frames * vectors * dimensions</c> numbers; must not be changed afterwards.</param>
    /// <param name="vectors">Q, at least 1.</param>
    /// <param name="dimensions">D, at least 1.</param>
    /// <param name="frames">F, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not agree.</exception>
    public EmbeddingSet(ReadOnlyMemory<float> values, int vectors, int dimensions, int frames = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vectors, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        if (values.Length != (long)frames * vectors * dimensions)
        {
            throw new ArgumentException($"{frames} x {vectors} x {dimensions} embeddings need {(long)frames * vectors * dimensions} values, not {values.Length}.", nameof(values));
        }

        (Values, Frames, Vectors, Dimensions) = (values, frames, vectors, dimensions);
    }

    /// <summary>The numbers [F, Q, D].</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>F.</summary>
    public int Frames { get; }

    /// <summary>Q.</summary>
    public int Vectors { get; }

    /// <summary>D.</summary>
    public int Dimensions { get; }

    /// <summary>Picks frames, in the order asked for.</summary>
    /// <param name="frames">At least one index in [0, F); an index may repeat.</param>
    /// <returns>[frames.Count, Q, D], a copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside.</exception>
    public EmbeddingSet SelectFrames(IReadOnlyList<int> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var size = Vectors * Dimensions;
        var picked = new float[checked(frames.Count * size)];
        for (var i = 0; i < frames.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)frames[i], (uint)Frames, nameof(frames));
            Values.Slice(frames[i] * size, size).CopyTo(picked.AsMemory(i * size));
        }

        return new EmbeddingSet(picked, Vectors, Dimensions, frames.Count);
    }
}
