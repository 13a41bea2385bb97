using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace CoVR.Media.Video;

/// <summary>The only video track of a Matroska or WebM file, read from its elements without a process.</summary>
/// <remarks>It exists for plain files only: laced, cropped or turned frames, several tracks, and elements of unknown length are left to ffprobe.</remarks>
internal sealed class MatroskaVideo
{
    private const uint Ebml = 0x1A45DFA3, Segment = 0x18538067, Tracks = 0x1654AE6B, Track = 0xAE, TrackNumber = 0xD7, TrackType = 0x83, Video = 0xE0;
    private const uint Width = 0xB0, Height = 0xBA, Projection = 0x7670, Cluster = 0x1F43B675, Group = 0xA0, Block = 0xA1, SimpleBlock = 0xA3;
    private const int MostElements = 4_000_000;
    private const byte Lacing = 6;

    private static readonly uint[] Crops = [0x54AA, 0x54BB, 0x54CC, 0x54DD];

    private readonly SafeFileHandle _file;
    private long _number = -1;
    private int _elements;
    private bool _isPlain = true;

    private MatroskaVideo(SafeFileHandle file) => _file = file;

    /// <summary>Columns and rows of a frame.</summary>
    internal (int Width, int Height) Size { get; private set; }

    /// <summary>How many packets the track has.</summary>
    internal int Packets { get; private set; }

    /// <summary>Reads the elements; null where the file is no plain one.</summary>
    internal static MatroskaVideo? Read(string path)
    {
        using var file = File.OpenHandle(path);
        var (video, length) = (new MatroskaVideo(file), RandomAccess.GetLength(file));
        return video.ReadHead(0, length) is { Id: Ebml } head && head.End <= length && video.ReadHead(head.End, length) is { Id: Segment } segment && segment.End == length
            && video.Walk(segment.Start, length) && video is { _isPlain: true, Packets: > 0, Size: { Width: > 0, Height: > 0 } }
                ? video
                : null;
    }

    /// <summary>Visits the elements of a part of the file; false if one does not fit into it.</summary>
    private bool Walk(long at, long end)
    {
        var (number, isVideo) = (-1L, false);
        while (at < end && _isPlain)
        {
            if (ReadHead(at, end) is not { } element || ++_elements > MostElements)
            {
                return false;
            }

            (number, isVideo) = element.Id == TrackNumber ? (ReadNumber(element), isVideo) : element.Id == TrackType ? (number, ReadNumber(element) == 1) : (number, isVideo);
            if (!Visit(element))
            {
                return false;
            }

            at = element.End;
        }

        if (isVideo)
        {
            (_isPlain, _number) = (_isPlain && _number < 0 && number > 0, number);
        }

        return true;
    }

    private bool Visit(Element element)
    {
        switch (element.Id)
        {
            case Tracks or Track or Video or Cluster or Group:
                return Walk(element.Start, element.End);
            case Width:
                Size = ((int)ReadNumber(element), Size.Height);
                break;
            case Height:
                Size = (Size.Width, (int)ReadNumber(element));
                break;
            case Block or SimpleBlock:
                Count(element);
                break;
            default:
                _isPlain &= element.Id != Projection && !Crops.Contains(element.Id);
                break;
        }

        return true;
    }

    private void Count(Element block)
    {
        Span<byte> head = stackalloc byte[12];
        head[RandomAccess.Read(_file, head, block.Start)..].Clear();
        if (VideoContainers.ReadLength(head, 0) is var (number, next) && number == _number && next + 3 <= block.End - block.Start)
        {
            Packets++;
            _isPlain &= (head[next + 2] & Lacing) == 0;
        }
    }

    private long ReadNumber(Element element)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        var length = (int)Math.Min(8, element.End - element.Start);
        _isPlain &= RandomAccess.Read(_file, bytes[(8 - length)..], element.Start) == length;
        return BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    /// <summary>The element that begins at a place; null if it does not end before <paramref name="end"/>.</summary>
    private Element? ReadHead(long at, long end)
    {
        Span<byte> head = stackalloc byte[12];
        head[RandomAccess.Read(_file, head, at)..].Clear();
        var width = BitOperations.LeadingZeroCount((uint)head[0]) - 23;
        if (width > 4)
        {
            return null;
        }

        var id = 0u;
        foreach (var value in head[..width])
        {
            id = (id << 8) | value;
        }

        var (length, next) = VideoContainers.ReadLength(head, width);
        return length < 0 || length > end - at - next ? null : new Element(id, at + next, at + next + length);
    }

    private readonly record struct Element(uint Id, long Start, long End);
}
