using System.Buffers.Binary;
using System.Text;
using CoVR.Media;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Judges a file by its first and last bytes, without decoding it.</summary>
internal static class MediaSignature
{
    private const int HeadLength = 512;
    private const int LongestBoxList = 10_000;

    private static readonly string[] PageStarts = ["<!doctype", "<html", "<head", "<body", "<script", "<?xml", "<error", "<!--"];
    private static readonly string[] VideoBoxes = ["ftyp", "moov", "mdat", "wide", "free", "skip"];

    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> PngEnd => [0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82];

    /// <summary>What a file appears to be.</summary>
    /// <param name="Kind">One of <see cref="FindingKinds"/>; null: nothing is wrong.</param>
    /// <param name="Reason">What is wrong.</param>
    /// <param name="IsVideo">Whether it is a video or animation; null: unknown.</param>
    internal readonly record struct Verdict(string? Kind, string? Reason, bool? IsVideo);

    /// <summary>Reads the file's start and end.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Verdict Look(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Span<byte> buffer = stackalloc byte[HeadLength];
        ReadOnlySpan<byte> head = buffer[..file.ReadAtLeast(buffer, HeadLength, throwOnEndOfStream: false)];
        if (head.IsEmpty)
        {
            return new(FindingKinds.MediaEmpty, "the file is empty.", null);
        }

        if (IsPage(head))
        {
            return new(FindingKinds.MediaWebPage, "the file is a web page, probably the error message of a download.", null);
        }

        if (head.StartsWith(PngStart))
        {
            return EndsWith(file, PngEnd) ? new(null, null, false) : new(FindingKinds.MediaTruncated, "the PNG file has no end marker: it is truncated.", false);
        }

        // HEIC and AVIF start like a video, but are recognized by their brands.
        if (MediaFrameReader.PictureFormatOf(head) is not null)
        {
            return new(null, null, false);
        }

        return IsQuickTime(head) ? LookAtBoxes(file)
            : IsOtherVideo(head) ? new(null, null, true)
            : new(FindingKinds.MediaUnknownFormat, $"this is not a picture or video in a supported format; it starts with {Start(head)}.", null);
    }

    private static bool IsPage(ReadOnlySpan<byte> head)
    {
        var text = Encoding.Latin1.GetString(head).TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\t', '\r', '\n');
        return PageStarts.Any(start => text.StartsWith(start, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsOtherVideo(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) || head.StartsWith("FLV"u8) || head.StartsWith("OggS"u8)
        || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1]) || head[0] == 0x47 || (head.Length >= 12 && head[8..12].SequenceEqual("AVI "u8));

    private static bool IsQuickTime(ReadOnlySpan<byte> head) => head.Length >= 8 && VideoBoxes.Contains(Encoding.Latin1.GetString(head[4..8]));

    private static bool EndsWith(FileStream file, ReadOnlySpan<byte> end)
    {
        // Some writers append bytes, so the end marker is searched for in the last kilobyte.
        Span<byte> tail = stackalloc byte[1024];
        tail = tail[..(int)Math.Min(tail.Length, file.Length)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        return tail.IndexOf(end) >= 0;
    }

    /// <summary>Walks the boxes of an MP4 or MOV file: all must fit into the file, and one must be the index of the frames.</summary>
    private static Verdict LookAtBoxes(FileStream file)
    {
        Span<byte> head = stackalloc byte[16];
        var (at, hasTable) = (0L, false);
        for (var boxes = 0; at + 8 <= file.Length && boxes < LongestBoxList; boxes++)
        {
            file.Position = at;
            var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            long size = BinaryPrimitives.ReadUInt32BigEndian(head);
            hasTable |= head[4..8].SequenceEqual("moov"u8) || head[4..8].SequenceEqual("moof"u8);
            size = size == 1 && read == 16 ? BinaryPrimitives.ReadInt64BigEndian(head[8..]) : size == 0 ? file.Length - at : size;
            if (size < 8 || at + size > file.Length)
            {
                return new(FindingKinds.MediaTruncated, FormattableString.Invariant($"the video ends at byte {file.Length}, within its box '{Encoding.Latin1.GetString(head[4..8])}' that should end at byte {at + size}: it is truncated."), true);
            }

            at += size;
        }

        return hasTable ? new(null, null, true) : new(FindingKinds.MediaTruncated, "the video has no frame table (box 'moov'): it is truncated.", true);
    }

    private static string Start(ReadOnlySpan<byte> head)
    {
        var start = head[..Math.Min(12, head.Length)];
        return start.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? $"'{Encoding.ASCII.GetString(start)}'" : System.Convert.ToHexString(start);
    }
}
