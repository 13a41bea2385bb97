namespace CoVR.Benchmarks;

/// <summary>Unit vectors of a fixed seed.</summary>
internal static class RandomGallery
{
    /// <summary>Draws embeddings.</summary>
    /// <param name="count">How many items.</param>
    /// <param name="vectors">Q.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="seed">The seed.</param>
    public static IEnumerable<EmbeddingSet> Draw(int count, int vectors, int dimensions, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var values = new float[vectors * dimensions];
            for (var j = 0; j < values.Length; j++)
            {
                values[j] = random.NextSingle() - 0.5f;
            }

            for (var q = 0; q < vectors; q++)
            {
                var row = values.AsSpan(q * dimensions, dimensions);
                System.Numerics.Tensors.TensorPrimitives.Divide(row, System.Numerics.Tensors.TensorPrimitives.Norm(row), row);
            }

            yield return new EmbeddingSet(values, vectors, dimensions);
        }
    }

    /// <summary>Puts embeddings into an index.</summary>
    /// <param name="similarity">The index's similarity.</param>
    /// <param name="items">The embeddings.</param>
    public static ExactIndex Index(ISimilarity similarity, IEnumerable<EmbeddingSet> items)
    {
        var index = new ExactIndex(similarity);
        var i = 0;
        foreach (var item in items)
        {
            index.Add(new MediaId($"{i++}"), item);
        }

        return index;
    }
}
