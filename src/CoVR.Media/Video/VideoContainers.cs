using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace CoVR.Media.Video;

/// <summary>
/// The containers and protocols that ffmpeg may open. Playlists and scripts (HLS, concat, DASH) are left out: they would let a file make
/// ffmpeg read other files or addresses.
/// </summary>
internal static class VideoContainers
{
    /// <summary>Options that go before the input of ffmpeg and ffprobe.</summary>
    internal static readonly string[] Restrictions =
    [
        "-protocol_whitelist", "file",
        "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,flv,mpeg,mpegts,mpegvideo,m4v,h264,hevc,asf,ogg,ivf,mxf,nut,rm,dv,mjpeg,wav,mp3,flac,aac",
    ];

    /// <summary>Whether the bytes start like a video file of a common container.</summary>
    internal static bool Looks(ReadOnlySpan<byte> header) =>
        (header.Length >= 12 && (IsQuickTimeBox(header[4..8]) || header[8..12].SequenceEqual("AVI "u8)))
        || header.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])
        || header.StartsWith("FLV"u8) || header.StartsWith("GIF8"u8) || header.StartsWith("OggS"u8)
        || header.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xBA]);

    private static bool IsQuickTimeBox(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("ftyp"u8) || kind.SequenceEqual("moov"u8) || kind.SequenceEqual("mdat"u8) || kind.SequenceEqual("wide"u8)
        || kind.SequenceEqual("free"u8) || kind.SequenceEqual("skip"u8);

    /// <summary>The length of the whole file by its outermost elements: boxes of MP4, RIFF of AVI, the segment of Matroska. Null where it does not say.</summary>
    internal static long? AnnouncedLength(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> start = stackalloc byte[64];
        start = start[..RandomAccess.Read(file, start, 0)];
        return start.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? EndOfSegment(start)
            : start.Length < 12 ? null
            : start.StartsWith("RIFF"u8) ? 8L + BinaryPrimitives.ReadUInt32LittleEndian(start[4..])
            : IsQuickTimeBox(start[4..8]) ? EndOfBoxes(file)
            : null;
    }

    private static long? EndOfBoxes(SafeFileHandle file)
    {
        Span<byte> head = stackalloc byte[16];
        for (long at = 0, length = RandomAccess.GetLength(file); ;)
        {
            var read = RandomAccess.Read(file, head, at);
            if (read < 8)
            {
                return at;
            }

            var size = (long)BinaryPrimitives.ReadUInt32BigEndian(head);
            size = size == 1 && read == 16 ? BinaryPrimitives.ReadInt64BigEndian(head[8..]) : size == 0 ? length - at : size;
            if (size < 8 || size > long.MaxValue - at)
            {
                return null;
            }

            at += size;
        }
    }

    // An EBML element is an identity, a length, and what is in it. A length of ones alone is not known, as in a recording that goes on.
    private static long? EndOfSegment(ReadOnlySpan<byte> start)
    {
        var header = ReadLength(start, 4);
        var segment = header.Next + header.Length;
        if (header.Length < 0 || segment + 12 > start.Length || BinaryPrimitives.ReadUInt32BigEndian(start[(int)segment..]) != 0x18538067)
        {
            return null;
        }

        var (length, next) = ReadLength(start, (int)segment + 4);
        return length < 0 ? null : next + length;
    }

    /// <summary>The length of an EBML element, −1 if it is not known, and what comes after it.</summary>
    internal static (long Length, int Next) ReadLength(ReadOnlySpan<byte> bytes, int at)
    {
        var count = BitOperations.LeadingZeroCount((uint)bytes[at]) - 23;
        if (count > 8)
        {
            return (-1, at);
        }

        var most = (1 << (8 - count)) - 1;
        var value = (long)bytes[at] & most;
        var isUnknown = value == most;
        for (var i = 1; i < count; i++)
        {
            isUnknown &= bytes[at + i] == byte.MaxValue;
            value = (value << 8) | bytes[at + i];
        }

        return (isUnknown ? -1 : value, at + count);
    }
}
