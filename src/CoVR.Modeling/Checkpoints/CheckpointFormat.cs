using System.Buffers.Binary;
using CoVR.Modeling.Checkpoints.Files;

namespace CoVR.Modeling.Checkpoints;

/// <summary>The supported forms of weights files.</summary>
internal enum CheckpointFormat
{
    /// <summary>Written by <c>torch.save</c> since PyTorch 1.6: a zip archive of a pickle and raw storages.</summary>
    TorchZip,

    /// <summary>Written by <c>torch.save</c> before that: pickles followed by raw storages.</summary>
    TorchLegacy,

    /// <summary>A JSON header followed by raw tensors.</summary>
    Safetensors,
}

/// <summary>Detects the format of a weights file from its first bytes.</summary>
internal static class CheckpointFormats
{
    /// <summary>Reads the table of contents of a file of any form.</summary>
    public static CheckpointContent Read(CheckpointFile file, CheckpointReadLimits limits)
    {
        Span<byte> head = stackalloc byte[16];
        head = head[..(int)Math.Min(head.Length, file.Length)];
        file.Read(head, 0);
        if (head.StartsWith("PK"u8))
        {
            return TorchZipReader.Read(file, limits);
        }

        if (head.Length > 8 && head[8] == '{' && BinaryPrimitives.ReadInt64LittleEndian(head) is > 0 and <= SafetensorsReader.LongestHeader)
        {
            return SafetensorsReader.Read(file);
        }

        if (head.StartsWith("{"u8))
        {
            return ShardIndex.Read(file).Join();
        }

        return head.Length > 1 && head[0] == 0x80 && head[1] < 16
            ? TorchLegacyReader.Read(file, limits)
            : throw file.Error(Guess(file, head));
    }

    private static string Guess(CheckpointFile file, ReadOnlySpan<byte> head)
    {
        const string forms = "expected safetensors or a file of torch.save (zip or older format)";
        if (head.IsEmpty)
        {
            return $"the file is empty; {forms}";
        }

        if (head.StartsWith("version https://"u8))
        {
            return "the file is a pointer of Git LFS, not the weights themselves: fetch them with 'git lfs pull'";
        }

        if (head.TrimStart("\r\n\t "u8).StartsWith("<"u8))
        {
            return $"the file is a web page, probably the error message of a download; {forms}";
        }

        Span<byte> tar = stackalloc byte[5];
        if (file.Length > 262)
        {
            file.Read(tar, 257);
        }

        return tar.SequenceEqual("ustar"u8)
            ? "the file is a tar archive, as PyTorch before 0.1.10 wrote them: load and save it with a newer PyTorch"
            : $"the format of the file is unknown (it starts with {Convert.ToHexString(head)}); {forms}";
    }
}
