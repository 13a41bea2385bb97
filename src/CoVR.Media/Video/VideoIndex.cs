using System.Globalization;
using System.Text.Json.Serialization;

namespace CoVR.Media.Video;

/// <summary>A packet of a video stream.</summary>
/// <param name="Time">When its frame is shown, in units of the stream; null where the file does not say.</param>
/// <param name="Flags">K: its frame needs no other. D: its frame is decoded but not shown.</param>
internal readonly record struct VideoPacket([property: JsonPropertyName("pts")] long? Time, [property: JsonPropertyName("flags")] string Flags)
{
    internal bool IsKey => Flags.Contains('K', StringComparison.Ordinal);

    internal bool IsHidden => Flags.Contains('D', StringComparison.Ordinal);
}

/// <summary>One run of the decoder from a key frame on.</summary>
/// <param name="Start">Seconds of the key frame; null for the start of the file.</param>
/// <param name="First">The number of the first frame that is decoded surely.</param>
/// <param name="Frames">The numbers of the wanted frames, ascending.</param>
internal sealed record VideoSeek(double? Start, int First, IReadOnlyList<int> Frames);

/// <summary>When each frame of a video is shown and from where it can be decoded, by the packets of the file.</summary>
/// <remarks>
/// It exists for videos whose packets are one frame each as far as packets can tell. What is decoded by it is compared with it: frames at other
/// times mean that the video has to be decoded from its start.
/// </remarks>
internal sealed class VideoIndex
{
    /// <summary>Going on decoding is cheaper than another process for so many frames.</summary>
    private const int SmallGap = 50;

    private static readonly string[] OneFrameEach = ["h264", "hevc", "av1", "vp9", "mpeg4", "mjpeg", "prores"];

    private readonly double _unit;
    private readonly long[] _keys;

    private VideoIndex(double unit, long[] times, long[] keys) => (_unit, Times, _keys) = (unit, times, keys);

    /// <summary>The time of each frame, ascending, in units of the stream.</summary>
    internal long[] Times { get; }

    /// <summary>Makes the index of a stream; null where a packet may be no frame or half a frame, or has no time of its own.</summary>
    internal static VideoIndex? Of(string? codec, string? fieldOrder, string? timeBase, IReadOnlyList<VideoPacket> packets)
    {
        if (!OneFrameEach.Contains(codec) || (codec == "h264" && fieldOrder != "progressive") || UnitOf(timeBase) is not { } unit
            || packets.Count == 0 || !packets[0].IsKey || packets.Any(packet => packet.Time is null || packet.Time < packets[0].Time))
        {
            return null;
        }

        long[] times = [.. packets.Where(packet => !packet.IsHidden).Select(packet => packet.Time!.Value).Order()];
        long[] keys = [.. packets.Where(packet => packet.IsKey).Select(packet => packet.Time!.Value).Order()];
        return times.Zip(times.Skip(1)).Any(pair => pair.First == pair.Second) ? null : new VideoIndex(unit, times, keys);
    }

    /// <summary>From where frames are decoded; null where that would be no less work than to decode everything.</summary>
    /// <param name="wanted">Numbers of frames, ascending.</param>
    internal IReadOnlyList<VideoSeek>? Plan(IReadOnlyList<int> wanted)
    {
        var (seeks, decoded) = (new List<VideoSeek>(), 0);
        for (var at = 0; at < wanted.Count;)
        {
            var key = KeyBefore(wanted[at]);
            var end = at + 1;
            while (end < wanted.Count && FirstFrom(KeyBefore(wanted[end])) <= wanted[end - 1] + SmallGap)
            {
                end++;
            }

            var first = FirstFrom(key);
            seeks.Add(new VideoSeek(key == _keys[0] ? null : (key + 0.5) * _unit, first, [.. wanted.Skip(at).Take(end - at)]));
            (at, decoded) = (end, decoded + wanted[end - 1] - first + SmallGap);
        }

        return decoded < Times.Length / 2 ? seeks : null;
    }

    private long KeyBefore(int frame)
    {
        var at = Array.BinarySearch(_keys, Times[frame]);
        return _keys[at < 0 ? ~at - 1 : at];
    }

    private int FirstFrom(long time)
    {
        var at = Array.BinarySearch(Times, time);
        return at < 0 ? ~at : at;
    }

    /// <summary>The seconds of a unit of a stream; null if unknown.</summary>
    internal static double? UnitOf(string? timeBase) =>
        timeBase?.Split('/') is [var one, var parts]
        && double.TryParse(one, CultureInfo.InvariantCulture, out var numerator) && double.TryParse(parts, CultureInfo.InvariantCulture, out var denominator) && denominator > 0
            ? numerator / denominator
            : null;
}
