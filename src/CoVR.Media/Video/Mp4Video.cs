using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace CoVR.Media.Video;

/// <summary>A coded frame of an MP4 file.</summary>
/// <param name="Place">Where its bytes begin.</param>
/// <param name="Size">How many there are.</param>
/// <param name="Decoded">When it is decoded, in units of the track.</param>
/// <param name="Shown">When it is shown.</param>
/// <param name="IsKey">Whether decoding can begin with it.</param>
internal readonly record struct Mp4Sample(long Place, int Size, long Decoded, long Shown, bool IsKey);

/// <summary>The only video track of an MP4 or QuickTime file, read from its tables without a process.</summary>
/// <remarks>It exists for plain files only: fragments, edit lists that hide frames, several tracks or formats, and contradictions are left to ffprobe.</remarks>
internal sealed class Mp4Video
{
    private const int LongestMovie = 1 << 26;
    private const int MostBoxes = 10_000;

    private Mp4Video(byte[] header, byte[] description, Mp4Sample[] samples) => (Header, Description, Samples) = (header, description, samples);

    /// <summary>The payload of <c>tkhd</c>.</summary>
    internal byte[] Header { get; }

    /// <summary>The payload of <c>stsd</c>, with one entry.</summary>
    internal byte[] Description { get; }

    /// <summary>The frames in the order of decoding.</summary>
    internal Mp4Sample[] Samples { get; }

    /// <summary>Units in a second.</summary>
    internal uint Scale { get; private init; }

    /// <summary>Columns and rows of a frame as it is shown.</summary>
    internal (int Width, int Height) Size { get; private init; }

    /// <summary>Whether frames are rotated or mirrored.</summary>
    internal bool IsTurned { get; private init; }

    /// <summary>Reads the tables; null where the file is no plain one.</summary>
    internal static Mp4Video? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return ReadMovie(file) is { } movie ? Parse(movie, RandomAccess.GetLength(file)) : null;
        }
        catch (Exception cause) when (cause is ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static byte[]? ReadMovie(SafeFileHandle file)
    {
        var (movie, length) = (default(byte[]), RandomAccess.GetLength(file));
        Span<byte> head = stackalloc byte[16];
        long at = 0;
        for (var boxes = 0; at < length; boxes++)
        {
            var read = RandomAccess.Read(file, head, at);
            var (size, start) = read < 8 ? (0, 0) : SizeOf(head[..read], length - at);
            var kind = head[4..8];
            if (size < start || size > length - at || boxes == MostBoxes || (boxes == 0 && !kind.SequenceEqual("ftyp"u8)) || kind.SequenceEqual("moof"u8))
            {
                return null;
            }

            if (kind.SequenceEqual("moov"u8))
            {
                if (movie is not null || size > LongestMovie)
                {
                    return null;
                }

                movie = new byte[size - start];
                if (RandomAccess.Read(file, movie, at + start) != movie.Length)
                {
                    return null;
                }
            }

            at += size;
        }

        return movie;
    }

    private static (long Size, int Start) SizeOf(ReadOnlySpan<byte> head, long rest) => BinaryPrimitives.ReadUInt32BigEndian(head) switch
    {
        0 => (rest, 8),
        1 => (BinaryPrimitives.ReadInt64BigEndian(head[8..]), 16),
        var size => (size, 8),
    };

    private static Mp4Video? Parse(ReadOnlyMemory<byte> movie, long fileLength)
    {
        var tracks = Mp4Boxes.In(movie).Where(box => box.Kind == "trak").Select(box => box.Payload).Where(track => Mp4Boxes.Find(track, "mdia", "hdlr").Span[8..].StartsWith("vide"u8)).ToArray();
        if (tracks is not [var track] || Mp4Boxes.In(movie).Any(box => box.Kind is "mvex" or "cmov"))
        {
            return null;
        }

        var (header, media) = (Mp4Boxes.Find(movie, "mvhd"), Mp4Boxes.Find(track, "mdia", "mdhd"));
        var (trackHeader, table) = (Mp4Boxes.Find(track, "tkhd"), Mp4Boxes.Find(track, "mdia", "minf", "stbl"));
        var (description, scale) = (Mp4Boxes.Find(table, "stsd"), Mp4Boxes.UInt32(media, media.Span[0] == 1 ? 20 : 12));
        var turn = TurnOf(trackHeader[(trackHeader.Span[0] == 1 ? 52 : 40)..]);
        if (turn is null || TurnOf(header[(header.Span[0] == 1 ? 48 : 36)..]) is not (false, false)
            || Mp4Boxes.UInt32(description, 4) != 1 || description.Span.IndexOf("clap"u8) >= 0 || description.Span[12..].StartsWith("encv"u8)
            || Mp4SampleTable.Read(table, fileLength) is not { Length: > 0 } samples
            || !ShowsAll(Mp4Boxes.Find(track, "edts", "elst"), samples, scale, Mp4Boxes.UInt32(header, header.Span[0] == 1 ? 20 : 12)))
        {
            return null;
        }

        int width = Mp4Boxes.UInt16(description, 40), height = Mp4Boxes.UInt16(description, 42);
        return width == 0 || height == 0 ? null : new Mp4Video(trackHeader.ToArray(), description.ToArray(), samples)
        {
            Scale = scale,
            Size = turn.Value.IsOnSide ? (height, width) : (width, height),
            IsTurned = turn.Value.IsTurned,
        };
    }

    /// <summary>What a transformation does; null if it is more than quarter turns and mirrors.</summary>
    private static (bool IsTurned, bool IsOnSide)? TurnOf(ReadOnlyMemory<byte> matrix)
    {
        const uint One = 0x10000;
        uint a = Mp4Boxes.UInt32(matrix, 0), b = Mp4Boxes.UInt32(matrix, 4), c = Mp4Boxes.UInt32(matrix, 12), d = Mp4Boxes.UInt32(matrix, 16);
        return (b | c) == 0 && a != 0 && d != 0 ? (a != One || d != One, false) : (a | d) == 0 && b != 0 && c != 0 ? (true, true) : null;
    }

    /// <summary>Whether an edit list only says when the video begins.</summary>
    private static bool ShowsAll(ReadOnlyMemory<byte> edits, Mp4Sample[] samples, uint scale, uint movieScale)
    {
        if (edits.IsEmpty || Mp4Boxes.UInt32(edits, 4) == 0)
        {
            return true;
        }

        var (count, wide) = (Mp4Boxes.UInt32(edits, 4), edits.Span[0] == 1);
        edits = edits[8..];
        if (count == 2 && (wide ? Mp4Boxes.Int64(edits, 8) : (int)Mp4Boxes.UInt32(edits, 4)) == -1)
        {
            (edits, count) = (edits[(wide ? 20 : 12)..], 1);
        }

        var duration = wide ? Mp4Boxes.Int64(edits, 0) : Mp4Boxes.UInt32(edits, 0);
        var start = wide ? Mp4Boxes.Int64(edits, 8) : (int)Mp4Boxes.UInt32(edits, 4);
        return count == 1 && movieScale > 0 && start >= 0 && Mp4Boxes.UInt32(edits, wide ? 16 : 8) == 0x10000
            && start <= samples.Min(sample => sample.Shown) && start + ((double)duration * scale / movieScale) > samples.Max(sample => sample.Shown);
    }
}
