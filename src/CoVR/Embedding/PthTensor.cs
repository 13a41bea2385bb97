using System.Runtime.InteropServices;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Embedding;

/// <summary>One file of a reference tree: a bare tensor, as <c>tools/embs/save_*_embs_*.py</c> write it.</summary>
internal static class PthTensor
{
    private const string Unknown = "unknown";

    /// <summary>Writes float32 [D], [Q, D], [F, D] or [F, Q, D].</summary>
    public static void Write(string path, EmbeddingSet item, PthTreeMedia media)
    {
        NativeTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        Checkpoint.WritePth(path, tensor(item.Values.ToArray(), Shape(item, media)));
    }

    /// <summary>Reads a file of any element type.</summary>
    /// <exception cref="GalleryException">It holds something else, or another shape.</exception>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public static EmbeddingSet Read(string store, string path, EmbeddingFingerprint fingerprint, PthTreeMedia media)
    {
        NativeTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var file = Checkpoint.Open(path);
        if (file.Content is not CheckpointTensor stored)
        {
            throw new GalleryException(store, $"'{path}' holds no bare tensor, so it is no embedding.");
        }

        var frames = Frames(stored.Shape, fingerprint, media) ?? throw new GalleryException(
            store,
            $"'{path}' has the shape [{string.Join(", ", stored.Shape)}], expected is {Expected(fingerprint, media)}.");
        var values = MemoryMarshal.Cast<byte, float>(stored.Read().to(ScalarType.Float32).contiguous().bytes).ToArray();
        return new EmbeddingSet(values, fingerprint.Vectors, fingerprint.Dimensions, frames);
    }

    /// <summary>What can be told of the embeddings of a tree that nobody signed: Q and D of its first readable file; null when there is none.</summary>
    public static EmbeddingFingerprint? FindShape(string folder, PthTreeMedia media) => !Directory.Exists(folder) ? null : Directory
        .EnumerateFiles(folder, "*" + PthTreePaths.Extension, SearchOption.AllDirectories)
        .Select(path => ShapeOf(path, media))
        .FirstOrDefault(shape => shape is not null);

    private static EmbeddingFingerprint? ShapeOf(string path, PthTreeMedia media)
    {
        try
        {
            using var file = Checkpoint.Open(path);
            var shape = file.Content is CheckpointTensor tensor ? tensor.Shape.Skip(media == PthTreeMedia.Videos ? 1 : 0).ToArray() : [];
            return shape switch
            {
                [var width] => new EmbeddingFingerprint(Unknown, "", "", 1, (int)width),
                [var queries, var width] => new EmbeddingFingerprint(Unknown, "", "", (int)queries, (int)width),
                _ => null,
            };
        }
        catch (CheckpointException)
        {
            return null;
        }
    }

    private static long[] Shape(EmbeddingSet item, PthTreeMedia media)
    {
        long[] vectors = item.Vectors == 1 ? [item.Dimensions] : [item.Vectors, item.Dimensions];
        return media == PthTreeMedia.Videos ? [item.Frames, .. vectors] : vectors;
    }

    private static int? Frames(IReadOnlyList<long> shape, EmbeddingFingerprint fingerprint, PthTreeMedia media)
    {
        var (vectors, dimensions) = (fingerprint.Vectors, fingerprint.Dimensions);
        var whole = media == PthTreeMedia.Pictures ? [1, .. shape] : shape.ToArray();
        return whole switch
        {
            [var frames, var width] when vectors == 1 && width == dimensions && frames > 0 => (int)frames,
            [var frames, var queries, var width] when queries == vectors && width == dimensions && frames > 0 => (int)frames,
            _ => null,
        };
    }

    private static string Expected(EmbeddingFingerprint fingerprint, PthTreeMedia media)
    {
        var vectors = fingerprint.Vectors == 1 ? $"{fingerprint.Dimensions}" : $"{fingerprint.Vectors}, {fingerprint.Dimensions}";
        return media == PthTreeMedia.Videos ? $"[frames, {vectors}]" : $"[{vectors}]";
    }
}
