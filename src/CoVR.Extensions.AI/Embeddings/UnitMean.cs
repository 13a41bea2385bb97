using System.Numerics.Tensors;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>Means of unit length.</summary>
internal static class UnitMean
{
    /// <summary>The mean of all F x Q vectors, normalized; null if it is zero or holds NaN or infinity.</summary>
    public static float[]? Of(EmbeddingSet set)
    {
        var mean = new float[set.Dimensions];
        for (var start = 0; start < set.Values.Length; start += set.Dimensions)
        {
            TensorPrimitives.Add(mean, set.Values.Span.Slice(start, set.Dimensions), mean);
        }

        return Normalize(mean) ? mean : null;
    }

    /// <summary>Scales a vector to unit length.</summary>
    /// <returns>False for vectors without a direction: zero, or with NaN or infinity.</returns>
    public static bool Normalize(Span<float> vector)
    {
        var norm = TensorPrimitives.Norm<float>(vector);
        if (!float.IsFinite(norm) || norm == 0)
        {
            return false;
        }

        TensorPrimitives.Divide(vector, norm, vector);
        return true;
    }
}
