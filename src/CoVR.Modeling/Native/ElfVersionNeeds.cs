using System.Buffers.Binary;
using System.Text;

namespace CoVR.Modeling.Native;

/// <summary>
/// The version needs of a 64-bit little-endian ELF file: which symbol versions it wants of which library
/// (System V gABI, section type <c>SHT_GNU_verneed</c> of the Linux Standard Base).
/// </summary>
internal static class ElfVersionNeeds
{
    private const uint VerneedSection = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    /// <summary>Marks version needs as weak, so that the loader ignores them if missing.</summary>
    /// <param name="image">The file; changed in place.</param>
    /// <param name="choose">Which versions, by name, for example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>Whether any was changed; false for a file that is not of this kind.</returns>
    public static bool MakeOptional(Span<byte> image, Func<string, bool> choose)
    {
        var changed = false;
        foreach (var auxiliary in Entries(image))
        {
            if (choose(auxiliary.Version))
            {
                var flags = image[(auxiliary.Offset + 4)..];
                BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | WeakFlag));
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>The needs of a file: version name, whether it is weak.</summary>
    /// <param name="image">The file.</param>
    public static IReadOnlyList<(string Version, bool Weak)> List(ReadOnlySpan<byte> image)
    {
        var needs = new List<(string, bool)>();
        foreach (var (offset, version) in Entries(image))
        {
            needs.Add((version, (BinaryPrimitives.ReadUInt16LittleEndian(image[(offset + 4)..]) & WeakFlag) != 0));
        }

        return needs;
    }

    private static List<(int Offset, string Version)> Entries(ReadOnlySpan<byte> image)
    {
        var entries = new List<(int, string)>();
        if (image.Length < 64 || !image.StartsWith("\u007fELF\u0002\u0001"u8))
        {
            return entries;
        }

        var headers = (int)Long(image, 0x28);
        int size = Short(image, 0x3a), count = Short(image, 0x3c);
        for (var i = 0; i < count; i++)
        {
            var header = image.Slice(headers + (i * size), size);
            if (Int(header, 4) == VerneedSection)
            {
                var strings = image.Slice(headers + ((int)Int(header, 0x28) * size), size);
                Walk(image, (int)Long(header, 0x18), (int)Int(header, 0x2c), (int)Long(strings, 0x18), entries);
            }
        }

        return entries;
    }

    private static void Walk(ReadOnlySpan<byte> image, int need, int libraries, int strings, List<(int Offset, string Version)> entries)
    {
        for (var i = 0; i < libraries; i++)
        {
            var auxiliary = need + (int)Int(image, need + 8);
            for (int j = 0, versions = Short(image, need + 2); j < versions; j++)
            {
                entries.Add((auxiliary, Text(image, strings + (int)Int(image, auxiliary + 8))));
                auxiliary += (int)Int(image, auxiliary + 12);
            }

            need += (int)Int(image, need + 12);
        }
    }

    private static string Text(ReadOnlySpan<byte> image, int start)
    {
        var rest = image[start..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static ushort Short(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt16LittleEndian(image[at..]);

    private static uint Int(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt32LittleEndian(image[at..]);

    private static ulong Long(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt64LittleEndian(image[at..]);
}
