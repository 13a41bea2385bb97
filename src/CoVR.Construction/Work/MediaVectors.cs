using System.Numerics.Tensors;

namespace CoVR.Construction.Work;

/// <summary>One unit vector of each medium, the mean over its frames and query vectors; each is read once.</summary>
/// <param name="embeddings">Where they are.</param>
internal sealed class MediaVectors(IEmbeddingSource embeddings)
{
    private readonly Dictionary<string, float[]?> _vectors = new(StringComparer.Ordinal);

    /// <summary>Reads a vector [D]; null if the medium is not embedded.</summary>
    public async ValueTask<float[]?> ReadAsync(string media, CancellationToken cancellationToken)
    {
        if (!_vectors.TryGetValue(media, out var vector))
        {
            var embedding = await embeddings.ReadAsync(new MediaId(media), cancellationToken).ConfigureAwait(false);
            _vectors[media] = vector = embedding is null ? null : Mean(embedding);
        }

        return vector;
    }

    /// <summary>The cosine similarity of two unit vectors.</summary>
    public static float Compare(float[] a, float[] b) => TensorPrimitives.Dot(a, b);

    private static float[] Mean(EmbeddingSet embedding)
    {
        var mean = new float[embedding.Dimensions];
        for (var at = 0; at < embedding.Values.Length; at += mean.Length)
        {
            TensorPrimitives.Add(mean, embedding.Values.Span.Slice(at, mean.Length), mean);
        }

        TensorPrimitives.Divide(mean, Math.Max(TensorPrimitives.Norm(mean), float.Epsilon), mean);
        return mean;
    }
}
