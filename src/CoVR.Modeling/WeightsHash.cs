using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Names the weights of a module, so that embeddings of two models are never mixed.</summary>
public static class WeightsHash
{
    private const int ChunkElements = 1 << 22;

    /// <summary>Hashes names, shapes, types and values of parameters and persistent buffers; the same weights give the same hash wherever they came from.</summary>
    /// <param name="module">The module, on any device with values.</param>
    /// <returns>SHA-256, lower-case hexadecimal.</returns>
    public static string Compute(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        var entries = module.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal).ToArray();
        var hashes = new byte[entries.Length][];
        Parallel.For(0, entries.Length, i => hashes[i] = HashOf(entries[i].Key, entries[i].Value));
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var hash in hashes)
        {
            all.AppendData(hash);
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    private static byte[] HashOf(string name, Tensor values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var size in values.shape.Prepend((long)values.dtype))
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, size);
            hash.AppendData(number);
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var flat = values.detach().reshape(-1);
        for (long start = 0; start < flat.numel(); start += ChunkElements)
        {
            using var chunk = flat.narrow(0, start, Math.Min(ChunkElements, flat.numel() - start)).cpu();
            hash.AppendData(chunk.bytes);
        }

        return hash.GetHashAndReset();
    }
}
