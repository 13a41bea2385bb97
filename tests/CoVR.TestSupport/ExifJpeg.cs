using System.Buffers.Binary;
using System.Text;

namespace CoVR.TestSupport;

/// <summary>Writes what a camera says of a picture into a JPEG file.</summary>
public sealed record ExifJpeg
{
    private const int ExifAt = 256, PlaceAt = 768;

    public string? Make { get; init; }

    public string? Model { get; init; }

    /// <summary>As in the file: <c>2024:06:01 12:00:00</c>.</summary>
    public string? Taken { get; init; }

    public string? Zone { get; init; }

    /// <summary>Whole degrees, north and east.</summary>
    public (byte Latitude, byte Longitude)? Place { get; init; }

    /// <summary>The identifier that Apple's cameras write into both parts of a Live Photo.</summary>
    public string? PairId { get; init; }

    /// <summary>The file with the data.</summary>
    /// <param name="jpeg">A JPEG file without.</param>
    public byte[] Insert(byte[] jpeg)
    {
        ArgumentNullException.ThrowIfNull(jpeg);
        byte[] maker = PairId is null ? [] : [.. "Apple iOS\0\0\u0001MM"u8, .. Directory(14, (0x11, 2, Text(PairId)))];
        byte[] main = Directory(8, (0x10F, 2, Text(Make)), (0x110, 2, Text(Model)), (0x8769, 4, Number(ExifAt)), (0x8825, 4, Place is null ? [] : Number(PlaceAt)));
        byte[] exif = Directory(ExifAt, (0x9003, 2, Text(Taken)), (0x9011, 2, Text(Zone)), (0x927C, 7, maker));
        byte[] place = Place is not { } at ? [] : Directory(PlaceAt, (1, 2, Text("N")), (2, 5, Degrees(at.Latitude)), (3, 2, Text("E")), (4, 5, Degrees(at.Longitude)));
        byte[] tiff = [.. "MM\0*"u8, 0, 0, 0, 8, .. Padded(main, ExifAt - 8), .. Padded(exif, PlaceAt - ExifAt), .. place];
        byte[] segment = [.. "Exif\0\0"u8, .. tiff];
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)((segment.Length + 2) >> 8), (byte)(segment.Length + 2), .. segment, .. jpeg[2..]];
    }

    private static byte[] Directory(int at, params (int Tag, int Type, byte[] Data)[] entries)
    {
        entries = [.. entries.Where(entry => entry.Data.Length > 0)];
        var rest = new MemoryStream();
        var bytes = new MemoryStream();
        bytes.Write([0, (byte)entries.Length]);
        foreach (var (tag, type, data) in entries)
        {
            var size = type switch { 4 => 4, 5 => 8, _ => 1 };
            bytes.Write([(byte)(tag >> 8), (byte)tag, 0, (byte)type, .. Number(data.Length / size)]);
            bytes.Write(data.Length <= 4 ? Padded(data, 4) : Number(at + 6 + (entries.Length * 12) + (int)rest.Length));
            rest.Write(data.Length <= 4 ? [] : data);
        }

        return [.. bytes.ToArray(), 0, 0, 0, 0, .. rest.ToArray()];
    }

    private static byte[] Degrees(byte degrees) => [0, 0, 0, degrees, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];

    private static byte[] Text(string? text) => text is null ? [] : [.. Encoding.ASCII.GetBytes(text), 0];

    private static byte[] Padded(byte[] bytes, int length) => [.. bytes, .. new byte[length - bytes.Length]];

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
