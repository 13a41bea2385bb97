using System.Buffers.Binary;
using CoVR.Retrieval;
using Pgvector;

namespace CoVR.PgVector.Storage;

/// <summary>Embeddings as PostgreSQL stores them: bytes of little-endian floats, and vectors of pgvector.</summary>
internal static class Numbers
{
    /// <summary>The floats as bytes, 4 each, or 2 in half precision.</summary>
    public static byte[] ToBytes(ReadOnlySpan<float> values, bool half)
    {
        var bytes = new byte[values.Length * (half ? 2 : 4)];
        for (var i = 0; i < values.Length; i++)
        {
            if (half)
            {
                BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)values[i]);
            }
            else
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
            }
        }

        return bytes;
    }

    public static float[] FromBytes(byte[] bytes, bool half)
    {
        var values = new float[bytes.Length / (half ? 2 : 4)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = half ? (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(2 * i)) : BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i));
        }

        return values;
    }

    /// <summary>The value of a vector column.</summary>
    public static object ToVector(ReadOnlyMemory<float> values, bool half) =>
        half ? new HalfVector(Array.ConvertAll(values.ToArray(), value => (Half)value)) : new Vector(values);

    /// <summary>The mean of the vectors of one frame [1, Q, D] as [1, 1, D], summed in the order of <see cref="Similarities.MeanPooled"/>.</summary>
    public static EmbeddingSet MeanOf(EmbeddingSet item)
    {
        if (item.Vectors == 1)
        {
            return item;
        }

        var mean = item.Values.Span[..item.Dimensions].ToArray();
        for (var start = item.Dimensions; start < item.Values.Length; start += item.Dimensions)
        {
            var row = item.Values.Span.Slice(start, item.Dimensions);
            for (var i = 0; i < mean.Length; i++)
            {
                mean[i] += row[i];
            }
        }

        var scale = (float)item.Dimensions / item.Values.Length;
        return new EmbeddingSet(Array.ConvertAll(mean, value => value * scale), 1, item.Dimensions);
    }
}
