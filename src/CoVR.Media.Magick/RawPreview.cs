using System.Buffers.Binary;

namespace CoVR.Media.Magick;

/// <summary>Finds the JPEG picture that a camera puts into its RAW file beside the data of the sensor.</summary>
/// <remarks>
/// The largest JPEG of the file is taken, wherever it is: makers keep it under tags of their own. It begins with a complete JPEG header, which data of a sensor does not have, and
/// is not listed as such data.
/// </remarks>
internal static class RawPreview
{
    private const ushort PhotometricInterpretation = 262, StripOffsets = 273, Orientation = 274, TileOffsets = 324, DngVersion = 50706;
    private const long FilterArray = 32803, LinearRaw = 34892;

    /// <summary>Whether a file that starts like a TIFF is a camera RAW file: DNG, NEF, ARW, PEF and the like.</summary>
    public static bool IsRaw(ReadOnlySpan<byte> file) => TiffDirectory.ReadAll(file).Any(directory => directory[DngVersion].Count > 0 || IsSensorData(directory));

    /// <summary>The preview as a JPEG file that says which side is up; null if there is none.</summary>
    public static byte[]? Find(ReadOnlySpan<byte> file)
    {
        var directories = TiffDirectory.ReadAll(StartOfTiff(file));
        var sensor = directories.Where(IsSensorData).SelectMany(directory => directory[StripOffsets].Concat(directory[TileOffsets])).ToHashSet();
        var (best, start) = (default(JpegHeader), -1);
        for (var at = 0; file[at..].IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) is >= 0 and var step; at++)
        {
            at += step;
            if (!sensor.Contains(at) && JpegHeader.Read(file[at..]) is { } header && header.Pixels > best.Pixels)
            {
                (best, start) = (header, at);
            }
        }

        return start < 0 ? null : WithOrientation(file[start..], best.HasOrientation || directories.Count == 0 ? 0 : directories[0][Orientation].FirstOrDefault());
    }

    private static bool IsSensorData(TiffDirectory directory) => directory[PhotometricInterpretation].FirstOrDefault() is FilterArray or LinearRaw;

    // CR3 is built of boxes, of which one holds the directory.
    private static ReadOnlySpan<byte> StartOfTiff(ReadOnlySpan<byte> file) =>
        file.Length > 8 && file[4..8].SequenceEqual("ftyp"u8) && file[..Math.Min(file.Length, 1 << 16)].IndexOf("CMT1"u8) is >= 0 and var at ? file[(at + 4)..] : file;

    private static byte[] WithOrientation(ReadOnlySpan<byte> jpeg, long orientation) => orientation is < 2 or > 8 ? jpeg.ToArray() :
    [
        0xFF, 0xD8, 0xFF, 0xE1, 0, 34, .. "Exif"u8, 0, 0, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, .. jpeg[2..],
    ];

    /// <summary>What the header of a JPEG picture says.</summary>
    private readonly record struct JpegHeader(long Pixels, bool HasOrientation)
    {
        /// <summary>Reads the segments up to the data; null if they are not those of a picture of 8 bits that viewers show. Lossless JPEG is data of a sensor.</summary>
        public static JpegHeader? Read(ReadOnlySpan<byte> jpeg)
        {
            var header = default(JpegHeader);
            for (var at = 2; at + 10 < jpeg.Length && jpeg[at] == 0xFF;)
            {
                var (mark, length) = (jpeg[at + 1], BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]));
                var content = jpeg[(at + 4)..Math.Max(at + 4, Math.Min(jpeg.Length, at + 2 + length))];
                switch (mark)
                {
                    case 0xC0 or 0xC1 or 0xC2 when content.Length >= 6 && content[0] == 8 && content[5] is 1 or 3:
                        header = header with { Pixels = (long)BinaryPrimitives.ReadUInt16BigEndian(content[1..]) * BinaryPrimitives.ReadUInt16BigEndian(content[3..]) };
                        break;
                    case 0xE1 when content.StartsWith("Exif\0\0"u8):
                        header = header with { HasOrientation = TiffDirectory.ReadAll(content[6..]) is [var first, ..] && first[Orientation].Count > 0 };
                        break;
                    case 0xDA:
                        return header.Pixels > 0 ? header : null;
                    case < 0xC0 or 0xC3 or (>= 0xC5 and <= 0xC7) or (>= 0xC9 and <= 0xCB) or (>= 0xCD and <= 0xD9):
                        return null;
                }

                at += 2 + length;
            }

            return null;
        }
    }
}
