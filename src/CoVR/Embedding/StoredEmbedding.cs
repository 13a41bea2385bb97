using System.Runtime.InteropServices;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using CoVR.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Embedding;

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
    /// <exception cref="GalleryException">It is damaged, or no tensor.</exception>
    public IReadOnlyList<long> ReadShape() => Read(values: false).Shape;

    /// <summary>Reads its numbers; a store's checksum is compared.</summary>
    /// <returns>Shape and numbers, row by row.</returns>
    /// <exception cref="GalleryException">It is damaged, or no tensor.</exception>
    public (IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values) Read()
    {
        var (shape, values) = Read(values: true);
        return (shape, values);
    }

    internal static IEnumerable<StoredEmbedding> OfGallery(string folder, EmbeddingFingerprint fingerprint)
    {
        using var index = FolderIndex.Load(folder, fingerprint);
        foreach (var record in index.Entries.OrderBy(record => record.Segment.Files.Name, StringComparer.Ordinal).ThenBy(record => record.Offset))
        {
            yield return new StoredEmbedding(record.Id, record.Segment.Files.SegmentPath, record.Offset, null, values => ReadRecord(record, fingerprint, values));
        }

        foreach (var damage in index.Damage.Concat(index.Segments.SelectMany(segment => segment.UnfinishedDamage)))
        {
            yield return new StoredEmbedding(damage.Id, damage.Segment.Files.SegmentPath, damage.Offset, damage.ToException().Reason, null);
        }
    }

    internal static StoredEmbedding OfFile(string folder, string file) => new(
        PthTreePaths.ToId(Path.GetRelativePath(folder, file)), file, null, null, values => ReadFile(folder, file, values));

    private (IReadOnlyList<long> Shape, float[] Values) Read(bool values) =>
        _read is null ? throw new GalleryException(File, Damage!) : _read(values);

    private static (IReadOnlyList<long> Shape, float[] Values) ReadRecord(StoredRecord record, EmbeddingFingerprint fingerprint, bool values)
    {
        long[] shape = [record.Frames, fingerprint.Vectors, fingerprint.Dimensions];
        if (!values)
        {
            return (shape, []);
        }

        using var segment = SegmentFile.Open(record.Segment.Files, fingerprint);
        return (shape, segment.ReadEmbedding(record).Values.ToArray());
    }

    private static (IReadOnlyList<long> Shape, float[] Values) ReadFile(string folder, string path, bool values)
    {
        try
        {
            NativeTorch.EnsureLoaded();
            using var scope = NewDisposeScope();
            using var file = Checkpoint.Open(path);
            if (file.Content is not CheckpointTensor stored)
            {
                throw new GalleryException(folder, $"'{path}' holds no bare tensor, so it is no embedding.");
            }

            float[] numbers = values ? MemoryMarshal.Cast<byte, float>(stored.Read().to(ScalarType.Float32).contiguous().bytes).ToArray() : [];
            return (stored.Shape, numbers);
        }
        catch (Exception error) when (error is CheckpointException or IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(folder, (error as CheckpointException)?.Reason ?? error.Message, error);
        }
    }
}
