using System.Buffers.Binary;

namespace CoVR.Media.Images;

/// <summary>BMP files with pixels beyond their palette: Skia makes them black, Pillow 9.4 grey.</summary>
internal static class PaletteBitmap
{
    private const int FileHeader = 14, ColourBytes = 4;

    /// <summary>The file with a palette for all values that a pixel can have; the same bytes when it has one or is of another kind.</summary>
    internal static ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> file)
    {
        if (ImageFormat.Name(file) != "BMP" || file.Length < FileHeader + 40 || Number(file, FileHeader) is not (>= 40 and <= 124) || file[28] is not (1 or 4 or 8))
        {
            return file;
        }

        var (start, colours, full, palette) = (Number(file, 10), Number(file, 46), 1 << file[28], FileHeader + Number(file, FileHeader));
        if (colours <= 0 || colours >= full || palette + (ColourBytes * colours) > start || start > file.Length)
        {
            return file;
        }

        var missing = new byte[ColourBytes * (full - colours)];
        for (var at = 0; at < missing.Length; at++)
        {
            missing[at] = (byte)(colours + (at / ColourBytes));
        }

        byte[] whole = [.. file[..(palette + (ColourBytes * colours))], .. missing, .. file[start..]];
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(10), palette + (ColourBytes * full));
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(46), full);
        return whole;
    }

    private static int Number(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file[at..]);
}
