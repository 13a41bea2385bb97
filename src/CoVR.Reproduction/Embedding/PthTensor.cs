using System.Runtime.InteropServices;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reproduction.Embedding;

/// <summary>One file of a reference tree: a bare tensor, as <c>tools/embs/save_*_embs_*.py</c> write it.</summary>
internal static class PthTensor
{
    private const string Unknown = "unknown";

    /// <summary>Writes float32 [D], [Q, D], [F, D] or [F, Q, D].</summary>
    public static void Write(string path, EmbeddingSet item, bool pictures)
    {
        NativeTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        Checkpoint.WritePth(path, tensor(item.Values.ToArray(), Shape(item, pictures)));
    }

    /// <summary>Reads a file of any element type.</summary>
    /// <exception cref="GalleryException">It holds something else, or another shape.</exception>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public static EmbeddingSet Read(string store, string path, EmbeddingFingerprint fingerprint, bool pictures)
    {
        NativeTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var file = Checkpoint.Open(path);
        if (file.Content is not CheckpointTensor stored)
        {
            throw new GalleryException(store, $"'{path}' does not hold a bare tensor, so it is not an embedding.");
        }

        var frames = Frames(stored.Shape, fingerprint, pictures) ?? throw new GalleryException(
            store,
            $"'{path}' has the shape [{string.Join(", ", stored.Shape)}]; expected {Expected(fingerprint, pictures)}.");
        var values = MemoryMarshal.Cast<byte, float>(stored.Read().to(ScalarType.Float32).contiguous().bytes).ToArray();
        return new EmbeddingSet(values, fingerprint.Vectors, fingerprint.Dimensions, frames);
    }

    /// <summary>The shape of a tree without a manifest: Q and D of its first readable file; null if there is none.</summary>
    public static EmbeddingFingerprint? FindShape(string folder, bool pictures) => !Directory.Exists(folder) ? null : Directory
        .EnumerateFiles(folder, "*" + PthTreePaths.Extension, SearchOption.AllDirectories)
        .Select(path => ShapeOf(path, pictures))
        .FirstOrDefault(shape => shape is not null);

    private static EmbeddingFingerprint? ShapeOf(string path, bool pictures)
    {
        try
        {
            using var file = Checkpoint.Open(path);
            var shape = file.Content is CheckpointTensor tensor ? tensor.Shape.Skip(pictures ? 0 : 1).ToArray() : [];
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

    private static long[] Shape(EmbeddingSet item, bool pictures)
    {
        long[] vectors = item.Vectors == 1 ? [item.Dimensions] : [item.Vectors, item.Dimensions];
        return pictures ? vectors : [item.Frames, .. vectors];
    }

    private static int? Frames(IReadOnlyList<long> shape, EmbeddingFingerprint fingerprint, bool pictures)
    {
        var (vectors, dimensions) = (fingerprint.Vectors, fingerprint.Dimensions);
        var whole = pictures ? [1, .. shape] : shape.ToArray();
        return whole switch
        {
            [var frames, var width] when vectors == 1 && width == dimensions && frames > 0 => (int)frames,
            [var frames, var queries, var width] when queries == vectors && width == dimensions && frames > 0 => (int)frames,
            _ => null,
        };
    }

    private static string Expected(EmbeddingFingerprint fingerprint, bool pictures)
    {
        var vectors = fingerprint.Vectors == 1 ? $"{fingerprint.Dimensions}" : $"{fingerprint.Vectors}, {fingerprint.Dimensions}";
        return pictures ? $"[{vectors}]" : $"[frames, {vectors}]";
    }
}
