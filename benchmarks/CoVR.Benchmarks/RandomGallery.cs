using CoVR.Modeling.Native;
using CoVR.Retrieval;

namespace CoVR.Benchmarks;

/// <summary>Unit vectors of a fixed seed.</summary>
internal static class RandomGallery
{
    // Suites draw a gallery before they touch torch.
    static RandomGallery() => NativeTorch.EnsureLoaded();

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

    /// <summary>Puts embeddings into a gallery in memory.</summary>
    /// <param name="similarity">The gallery's similarity.</param>
    /// <param name="items">The embeddings.</param>
    public static MemoryGallery Fill(ISimilarity similarity, IEnumerable<EmbeddingSet> items)
    {
        MemoryGallery? gallery = null;
        foreach (var chunk in items.Select((item, i) => new GalleryEntry(new MediaId($"{i}"), item)).Chunk(4096))
        {
            gallery ??= new MemoryGallery(new EmbeddingFingerprint("random", "", "", chunk[0].Embedding.Vectors, chunk[0].Embedding.Dimensions), similarity);
            gallery.UpsertAsync(chunk).AsTask().GetAwaiter().GetResult();
        }

        return gallery!;
    }

    /// <summary>Makes queries for ten hits.</summary>
    /// <param name="count">How many.</param>
    /// <param name="vectors">Q.</param>
    /// <param name="dimensions">D.</param>
    public static GalleryQuery[] Queries(int count, int vectors, int dimensions) => [.. Draw(count, vectors, dimensions, seed: 2).Select(query => new GalleryQuery(query, SearchOptions.Default))];
}
