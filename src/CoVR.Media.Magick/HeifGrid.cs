using System.Buffers.Binary;

namespace CoVR.Media.Magick;

/// <summary>Checks the tiles of a HEIC or AVIF picture that is a grid: the decoder fills the place of a lost tile with a colour.</summary>
internal static class HeifGrid
{
    /// <summary>What is missing of a grid; null if nothing is, or if the picture is none.</summary>
    public static string? FaultOf(ReadOnlySpan<byte> file)
    {
        var meta = Find(file, "meta"u8);
        meta = meta.Length > 4 ? meta[4..] : [];
        var primary = new Cursor(Find(meta, "pitm"u8));
        var grid = primary.Take(4) >> 24 == 0 ? primary.Take(2) : primary.Take(4);
        var types = Types(new Cursor(Find(meta, "iinf"u8)));
        if (types.GetValueOrDefault(grid) != Code("grid"u8))
        {
            return null;
        }

        var (places, tiles) = (Places(new Cursor(Find(meta, "iloc"u8))), Tiles(new Cursor(Find(meta, "iref"u8)), grid));
        for (var i = 0; i < tiles.Count; i++)
        {
            if (!places.TryGetValue(tiles[i], out var parts) || (parts is not null && !IsWhole(Join(file, parts), types.GetValueOrDefault(tiles[i]))))
            {
                return $"the image is a grid of {tiles.Count} tiles, of which tile {i + 1} is not whole.";
            }
        }

        return tiles.Count > 0 ? null : "the image is a grid without tiles.";
    }

    /// <summary>Whether the units of a coded tile fill it, and one of them is a picture.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> tile, long type)
    {
        if (type != Code("hvc1"u8))
        {
            return tile.Length > 0;
        }

        var hasPicture = false;
        while (tile.Length > 4 && BinaryPrimitives.ReadUInt32BigEndian(tile) is var length && length >= 2 && length <= tile.Length - 4)
        {
            hasPicture |= tile[4] >> 1 < 32;
            tile = tile[(4 + (int)length)..];
        }

        return hasPicture && tile.IsEmpty;
    }

    private static byte[] Join(ReadOnlySpan<byte> file, List<(long Start, long Length)> parts)
    {
        using var joined = new MemoryStream();
        foreach (var (start, length) in parts)
        {
            if (start >= 0 && length >= 0 && start <= file.Length - length)
            {
                joined.Write(file.Slice((int)start, (int)length));
            }
        }

        return joined.ToArray();
    }

    /// <summary>The type of each item.</summary>
    private static Dictionary<long, long> Types(Cursor items)
    {
        var types = new Dictionary<long, long>();
        for (var count = items.Take(items.Take(4) >> 24 == 0 ? 2 : 4); count > 0 && !items.IsAtEnd; count--)
        {
            var item = items.TakeBox(out _);
            var id = item.Take(item.Take(4) >> 24 == 3 ? 4 : 2);
            item.Take(2);
            types[id] = item.Take(4);
        }

        return types;
    }

    /// <summary>Where the bytes of each item are; null for items that are not in the file's data.</summary>
    private static Dictionary<long, List<(long Start, long Length)>?> Places(Cursor items)
    {
        var places = new Dictionary<long, List<(long Start, long Length)>?>();
        var version = items.Take(4) >> 24;
        var (sizes, more) = (items.Take(1), items.Take(1));
        for (var count = items.Take(version < 2 ? 2 : 4); count > 0 && !items.IsAtEnd; count--)
        {
            var id = items.Take(version < 2 ? 2 : 4);
            var isInData = version == 0 || items.Take(2) == 0;
            items.Take(2);
            var start = items.Take((int)more >> 4);
            var parts = new List<(long Start, long Length)>();
            for (var extents = items.Take(2); extents > 0 && !items.IsAtEnd; extents--)
            {
                items.Take(version == 0 ? 0 : (int)more & 15);
                parts.Add((start + items.Take((int)sizes >> 4), items.Take((int)sizes & 15)));
            }

            places[id] = isInData ? parts : null;
        }

        return places;
    }

    /// <summary>The items that a grid is made of.</summary>
    private static List<long> Tiles(Cursor references, long grid)
    {
        var tiles = new List<long>();
        var size = references.Take(4) >> 24 == 0 ? 2 : 4;
        while (!references.IsAtEnd)
        {
            var reference = references.TakeBox(out var type);
            if (type == Code("dimg"u8) && reference.Take(size) == grid)
            {
                for (var count = reference.Take(2); count > 0; count--)
                {
                    tiles.Add(reference.Take(size));
                }
            }
        }

        return tiles;
    }

    /// <summary>The content of the first box of a type; empty if there is none.</summary>
    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> type)
    {
        for (var cursor = new Cursor(boxes); !cursor.IsAtEnd;)
        {
            var box = cursor.TakeBox(out var found);
            if (found == Code(type))
            {
                return box.Rest;
            }
        }

        return [];
    }

    private static long Code(ReadOnlySpan<byte> type) => BinaryPrimitives.ReadUInt32BigEndian(type);

    /// <summary>Reads big-endian numbers one after the other; 0 beyond the end.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> bytes)
    {
        public ReadOnlySpan<byte> Rest { get; private set; } = bytes;

        public readonly bool IsAtEnd => Rest.IsEmpty;

        public long Take(int size)
        {
            var number = 0L;
            foreach (var part in Rest[..Math.Min(size, Rest.Length)])
            {
                number = (number << 8) | part;
            }

            number = size > Rest.Length ? 0 : number;
            Rest = Rest[Math.Min(size, Rest.Length)..];
            return number;
        }

        public Cursor TakeBox(out long type)
        {
            var size = Take(4);
            type = Take(4);
            var length = size switch { 0 => Rest.Length, 1 => Take(8) - 16, _ => size - 8 };
            length = length < 0 || length > Rest.Length ? Rest.Length : length;
            var box = new Cursor(Rest[..(int)length]);
            Rest = Rest[(int)length..];
            return box;
        }
    }
}
