using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <content>SHA-256 of weights, lower-case hexadecimal: identifies the weights that made embeddings.</content>
public sealed partial class Checkpoint
{
    /// <summary>Computes the SHA-256 of a file.</summary>
    /// <param name="path">Any file.</param>
    /// <returns>64 digits; the same as <c>sha256sum</c> prints.</returns>
    /// <exception cref="CheckpointException">The file cannot be read.</exception>
    public static string HashFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, $"the file cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Computes a SHA-256 over the state dict of a module: names, types, shapes and values, in the order of the names.</summary>
    /// <remarks>The hash of the tensors' own hashes, which are computed on all cores: a model of 4.8 GB takes about 5 s of one core.</remarks>
    /// <param name="module">On any device; must not be changed meanwhile.</param>
    /// <returns>64 digits. Two modules of equal state have the same, whatever file they come from; it is not the hash of a file.</returns>
    public static string HashWeights(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return HashWeights(module.state_dict());
    }

    /// <summary>Computes a SHA-256 over a state dict: names, types, shapes and values, in the order of the names.</summary>
    /// <param name="state">Tensors on any device; must not be changed meanwhile.</param>
    /// <returns>64 digits; those of <see cref="HashWeights(nn.Module)"/> for a module's own state dict.</returns>
    public static string HashWeights(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        KeyValuePair<string, Tensor>[] ordered = [.. state.OrderBy(pair => pair.Key, StringComparer.Ordinal)];
        var digests = new byte[SHA256.HashSizeInBytes * ordered.Length];
        Parallel.For(0, ordered.Length, index => HashTensor(ordered[index].Key, ordered[index].Value).CopyTo(digests, SHA256.HashSizeInBytes * index));
        return Convert.ToHexStringLower(SHA256.HashData(digests));
    }

    /// <summary>Recomputes the weights hash after training or loading, so that embeddings made before and after are distinguished. <c>Trainer</c> calls it.</summary>
    /// <param name="model">A model with weights of this runtime; others are left unchanged.</param>
    public static void RehashWeights(ComposedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var hash = model.HashWeights?.Invoke() ?? (model.Module is { } module ? HashWeights(module) : null);
        if (hash is not null)
        {
            model.ChangeWeights(hash);
        }
    }

    private static byte[] HashTensor(string name, Tensor tensor)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendText(hash, name);
        AppendText(hash, tensor.dtype.ToString());
        AppendText(hash, string.Join(',', tensor.shape));
        TensorBytes.VisitAny(tensor, bytes => hash.AppendData(bytes));
        return hash.GetHashAndReset();
    }

    private static void AppendText(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
