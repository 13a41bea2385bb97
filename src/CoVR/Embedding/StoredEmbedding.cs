using System.Runtime.InteropServices;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR;

/// <summary>One item of an <see cref="EmbeddingFolder"/>, perhaps damaged.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public sealed class StoredEmbedding
{
    private readonly Func<bool, (IReadOnlyList<long> Shape, float[] Values)>? _read;

    private StoredEmbedding(MediaId? id, string file, long? offset, string? damage, Func<bool, (IReadOnlyList<long> Shape, float[] Values)>? read) =>
        (Id, File, Offset, Damage, _read) = (id, file, offset, damage, read);

    /// <summary>The item; null when that cannot be read.</summary>
    public MediaId? Id { get; }

    /// <summary>The file that holds it.</summary>
    public string File { get; }

    /// <summary>Where in the file, in bytes; null where the file holds nothing else.</summary>
    public long? Offset { get; }

    /// <summary>What is wrong with it, as far as that is known without reading its values; null for nothing.</summary>
    public string? Damage { get; }

    /// <summary>Reads its shape.</summary>
    /// <returns>[F, Q, D] of a store; of a file [D], [Q, D], [F, D] or [F, Q, D], or whatever is there.</returns>
    /// <exception cref="EmbeddingStoreException">It is damaged, or no tensor.</exception>
    public IReadOnlyList<long> ReadShape() => Read(values: false).Shape;

    /// <summary>Reads its numbers; a store's checksum is compared.</summary>
    /// <returns>Shape and numbers, row by row.</returns>
    /// <exception cref="EmbeddingStoreException">It is damaged, or no tensor.</exception>
    public (IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values) Read()
    {
        var (shape, values) = Read(values: true);
        return (shape, values);
    }

    internal static StoredEmbedding Record(MediaId id, string file, long offset, Func<bool, (IReadOnlyList<long> Shape, float[] Values)> read) => new(id, file, offset, null, read);

    internal static StoredEmbedding Damaged(MediaId? id, string file, long offset, string damage) => new(id, file, offset, damage, null);

    internal static StoredEmbedding OfFile(string folder, string file) => new(
        PthTreePaths.ToId(Path.GetRelativePath(folder, file)), file, null, null, values => ReadFile(folder, file, values));

    private (IReadOnlyList<long> Shape, float[] Values) Read(bool values) =>
        _read is null ? throw new EmbeddingStoreException(File, Damage!) : _read(values);

    private static (IReadOnlyList<long> Shape, float[] Values) ReadFile(string folder, string path, bool values)
    {
        try
        {
            NativeTorch.EnsureLoaded();
            using var scope = NewDisposeScope();
            using var file = Checkpoint.Open(path);
            if (file.Content is not CheckpointTensor stored)
            {
                throw new EmbeddingStoreException(folder, $"'{path}' holds no bare tensor, so it is no embedding.");
            }

            float[] numbers = values ? MemoryMarshal.Cast<byte, float>(stored.Read().to(ScalarType.Float32).contiguous().bytes).ToArray() : [];
            return (stored.Shape, numbers);
        }
        catch (Exception error) when (error is CheckpointException or IOException or UnauthorizedAccessException)
        {
            throw new EmbeddingStoreException(folder, (error as CheckpointException)?.Reason ?? error.Message, error);
        }
    }
}
