namespace CoVR.Conformance;

/// <summary>Random but repeatable embeddings.</summary>
public static class SampleEmbeddings
{
    /// <summary>Makes an embedding with unit rows.</summary>
    /// <param name="random">The source.</param>
    /// <param name="vectors">Q.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="frames">F.</param>
    public static EmbeddingSet Next(Random random, int vectors, int dimensions, int frames = 1)
    {
        ArgumentNullException.ThrowIfNull(random);
        var values = new float[frames * vectors * dimensions];
        for (var start = 0; start < values.Length; start += dimensions)
        {
            var row = values.AsSpan(start, dimensions);
            foreach (ref var value in row)
            {
                value = (float)((random.NextDouble() * 2) - 1);
            }

            var norm = MathF.Sqrt(row.ToArray().Sum(value => value * value));
            foreach (ref var value in row)
            {
                value /= norm;
            }
        }

        return new EmbeddingSet(values, vectors, dimensions, frames);
    }

    /// <summary>Makes several embeddings of one frame.</summary>
    /// <param name="seed">Makes them repeatable.</param>
    /// <param name="count">How many.</param>
    /// <param name="vectors">Q.</param>
    /// <param name="dimensions">D.</param>
    public static EmbeddingSet[] Many(int seed, int count, int vectors, int dimensions)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Next(random, vectors, dimensions))];
    }

    /// <summary>An embedding of one frame and one vector.</summary>
    /// <param name="values">The vector.</param>
    public static EmbeddingSet Vector(params float[] values) => new(values, 1, values?.Length ?? 0);
}
