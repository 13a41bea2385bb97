using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace CoVR.TestSupport;

/// <summary>Writes a folder gallery in its first format, which took any numbers.</summary>
public static class OldGallery
{
    /// <summary>Writes a folder; one that is there is replaced.</summary>
    public static void Write(string folder, EmbeddingFingerprint fingerprint, params IReadOnlyList<GalleryEntry> entries)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "manifest.json"),
            JsonSerializer.Serialize(new { Format = "covr-embeddings", Version = 1, Fingerprint = fingerprint }, JsonSerializerOptions.Web));
        using var file = File.Create(Path.Combine(folder, "embeddings.bin"));
        foreach (var entry in entries)
        {
            file.Write(Record(entry));
        }
    }

    private static byte[] Record(GalleryEntry entry)
    {
        var name = Encoding.UTF8.GetBytes(entry.Id.Value);
        byte[] body = [.. BitConverter.GetBytes(name.Length), .. BitConverter.GetBytes(entry.Embedding.Frames), .. name, .. MemoryMarshal.AsBytes(entry.Embedding.Values.Span)];
        var head = new byte[16];
        "CVRE"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), Crc32.HashToUInt32(body));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), Crc32.HashToUInt32(head.AsSpan(0, 12)));
        return [.. head, .. body];
    }
}
