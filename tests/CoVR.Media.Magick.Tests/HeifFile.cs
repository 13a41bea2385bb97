using System.Buffers.Binary;
using System.Text;

namespace CoVR.Media.Magick.Tests;

/// <summary>Writes HEIC files of made pictures: a quarter each red, green, blue and white, 64 x 48 pixels, or grids of them.</summary>
internal sealed record HeifFile
{
    public const int Width = 64;
    public const int Height = 48;

    private static readonly byte[] Configuration = Convert.FromBase64String(
        "AQFgAAAAkAAAAAAAHvAA/P34+AAADwOgAAEAGEABDAH//wFgAAADAJAAAAMAAAMAHpWYCaEAAQAoQgEBAWAAAAMAkAAAAwAAAwAeoCCDFllZrkyubAgAAAMACAAAAwDIQKIAAQAGRAHBc9CJ");

    /// <summary>The picture as one HEVC frame.</summary>
    public static byte[] Frame { get; } = Convert.FromBase64String("AAAAOSgBrx2A43xDbl7/6nT2tCpSLr1rifgOEvZ50dvV55rsP6qRKo84hgU5/+LTumjpjAwpfC8L/0yJ0Q==");

    /// <summary>Quarter turns to the left that the container asks for.</summary>
    public int Turns { get; init; }

    /// <summary>The EXIF orientation; 0 for no EXIF.</summary>
    public byte Orientation { get; init; }

    /// <summary>The frame of each tile of a grid in one row; empty for a picture of its own.</summary>
    public IReadOnlyList<byte[]> Tiles { get; init; } = [];

    /// <summary>Replaces the size that the file announces for its picture.</summary>
    public (int Width, int Height)? Announced { get; init; }

    public byte[] ToArray()
    {
        var frames = Tiles.Count > 0 ? Tiles : [Frame];
        var exif = Orientation == 0 ? [] : Exif();
        var grid = Tiles.Count == 0 ? [] : (byte[])[0, 0, 0, (byte)(Tiles.Count - 1), .. Short(Width * Tiles.Count), .. Short(Height)];
        var (main, exifId) = ((ushort)(frames.Count + 1), (ushort)(frames.Count + 2));
        byte[] Meta(int data) => Full("meta", 0, 0,
            Full("hdlr", 0, 0, new byte[4], "pict"u8.ToArray(), new byte[13]),
            Full("pitm", 0, 0, Short(Tiles.Count > 0 ? main : 1)),
            Locations(frames, grid, exif, data, main, exifId),
            Items(frames, main, exifId),
            References(frames, main, exifId),
            Properties(frames, main),
            Tiles.Count == 0 ? [] : Box("idat", grid));
        byte[] start = Box("ftyp", "heic"u8.ToArray(), new byte[4], "mif1heic"u8.ToArray());
        return [.. start, .. Meta(start.Length + Meta(0).Length + 8), .. Box("mdat", [.. frames, exif])];
    }

    private byte[] Locations(IReadOnlyList<byte[]> frames, byte[] grid, byte[] exif, int data, ushort main, ushort exifId)
    {
        List<byte[]> entries = [];
        for (var i = 0; i < frames.Count; data += frames[i++].Length)
        {
            entries.Add(Entry((ushort)(i + 1), 0, data, frames[i].Length));
        }

        if (grid.Length > 0)
        {
            entries.Add(Entry(main, 1, 0, grid.Length));
        }

        if (exif.Length > 0)
        {
            entries.Add(Entry(exifId, 0, data, exif.Length));
        }

        return Full("iloc", 1, 0, [0x44, 0], Short(entries.Count), [.. entries.SelectMany(entry => entry)]);

        static byte[] Entry(ushort id, ushort method, int offset, int length) => [.. Short(id), .. Short(method), 0, 0, 0, 1, .. Long(offset), .. Long(length)];
    }

    private byte[] Items(IReadOnlyList<byte[]> frames, ushort main, ushort exifId)
    {
        var items = frames.Select((_, i) => Item((ushort)(i + 1), "hvc1")).ToList();
        if (Tiles.Count > 0)
        {
            items.Add(Item(main, "grid"));
        }

        if (Orientation > 0)
        {
            items.Add(Item(exifId, "Exif"));
        }

        return Full("iinf", 0, 0, Short(items.Count), [.. items.SelectMany(item => item)]);

        static byte[] Item(ushort id, string type) => Full("infe", 2, 0, Short(id), [0, 0], Encoding.ASCII.GetBytes(type), [0]);
    }

    private byte[] References(IReadOnlyList<byte[]> frames, ushort main, ushort exifId)
    {
        byte[] grid = Tiles.Count == 0 ? [] : Box("dimg", Short(main), Short(frames.Count), [.. frames.SelectMany((_, i) => Short(i + 1))]);
        byte[] exif = Orientation == 0 ? [] : Box("cdsc", Short(exifId), Short(1), Short(Tiles.Count > 0 ? main : 1));
        return grid.Length + exif.Length == 0 ? [] : Full("iref", 0, 0, grid, exif);
    }

    private byte[] Properties(IReadOnlyList<byte[]> frames, ushort main)
    {
        var announced = Announced ?? (Width, Height);
        var content = Box("ipco", Box("hvcC", Configuration), Size(announced.Width, announced.Height), Size(Width * frames.Count, Height), Box("irot", [(byte)Turns]));
        List<byte[]> of = [.. frames.Select((_, i) => Tiles.Count > 0 ? Association(i + 1, 0x81, 2) : Association(i + 1, 0x81, 2, 0x84))];
        if (Tiles.Count > 0)
        {
            of.Add(Association(main, 3, 0x84));
        }

        return Box("iprp", content, Full("ipma", 0, 0, Long(of.Count), [.. of.SelectMany(one => one)]));

        static byte[] Size(int width, int height) => Full("ispe", 0, 0, Long(width), Long(height));
        static byte[] Association(int id, params byte[] properties) => [.. Short(id), (byte)properties.Length, .. properties];
    }

    private byte[] Exif() =>
        [0, 0, 0, 6, .. "Exif"u8, 0, 0, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, Orientation, 0, 0, 0, 0, 0, 0];

    private static byte[] Full(string type, byte version, int flags, params byte[][] content) => Box(type, [[version, 0, 0, (byte)flags], .. content]);

    private static byte[] Box(string type, params byte[][] content)
    {
        byte[] all = [.. content.SelectMany(part => part)];
        return [.. Long(all.Length + 8), .. Encoding.ASCII.GetBytes(type), .. all];
    }

    private static byte[] Long(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];
}
