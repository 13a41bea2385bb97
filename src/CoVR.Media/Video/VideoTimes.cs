namespace CoVR.Media.Video;

/// <summary>When the frames of a video are shown, and which of them lie in a span.</summary>
internal static class VideoTimes
{
    /// <summary>The times of an MP4 file's frames, ascending, from that of the first.</summary>
    internal static IReadOnlyList<TimeSpan>? Of(Mp4Video video) =>
        video.Scale == 0 ? null : From([.. video.Samples.Select(sample => sample.Shown).Order()], 1.0 / video.Scale);

    /// <summary>The times of a stream's frames, ascending, from that of the first; null where a packet has no time.</summary>
    internal static IReadOnlyList<TimeSpan>? Of(IReadOnlyList<VideoPacket> packets, string? timeBase) =>
        VideoIndex.UnitOf(timeBase) is { } unit && packets.Where(packet => !packet.IsHidden).Select(packet => packet.Time).ToArray() is { Length: > 0 } times && !times.Contains(null)
            ? From([.. times.Select(time => time!.Value).Order()], unit)
            : null;

    /// <summary>A sampler that sees only the frames of a span: those from the one shown at its start up to its end.</summary>
    internal static IFrameSampler Within(IFrameSampler sampler, IReadOnlyList<TimeSpan> times, TimeSpan start, TimeSpan end)
    {
        var first = 0;
        while (first < times.Count - 1 && times[first + 1] <= start)
        {
            first++;
        }

        var last = first;
        while (last < times.Count - 1 && times[last + 1] <= end)
        {
            last++;
        }

        return new SpanSampler(sampler, first, last - first + 1);
    }

    private static TimeSpan[] From(long[] times, double unit) => [.. times.Select(time => TimeSpan.FromSeconds((time - times[0]) * unit))];

    private sealed class SpanSampler(IFrameSampler inner, int first, int count) : IFrameSampler
    {
        public string Name => inner.Name;

        // A video may turn out to be shorter than its file says.
        public IReadOnlyList<int> Select(int frameCount)
        {
            var start = Math.Min(first, frameCount - 1);
            return [.. inner.Select(Math.Min(count, frameCount - start)).Select(index => start + index)];
        }
    }
}
