using Microsoft.Extensions.Logging;

namespace CoVR.Media.Video;

/// <summary>Decodes chosen frames of a video file with ffmpeg, with the pixels that OpenCV gives.</summary>
/// <remarks>
/// Frame n is the nth frame that is decoded from the start, whatever the file announces. A video is decoded to its end, and once more where it has
/// not the announced number of frames. Of long videos only the wanted frames are decoded, each from the key frame before it, where the tables of the file or
/// its packets tell which is which. As seen, frames of high dynamic range are made ordinary ones; else their codes are taken as they are, as OpenCV does.
/// </remarks>
internal sealed class FfmpegFrameReader(MediaOptions options, ILogger logger)
{
    private readonly VideoProbe _probe = new(options);

    /// <summary>Reads frames in the sampler's order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The video's name for error messages, and its span.</param>
    /// <param name="sampler">Chooses the frames.</param>
    /// <param name="cancellationToken">Ends the processes.</param>
    internal async Task<IReadOnlyList<RgbFrame>> ReadAsync(
        string path, MediaSource source, IFrameSampler sampler, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        using var limit = new TimeLimit(options, cancellationToken);
        var media = source.DisplayName;
        var facts = await _probe.ReadAsync(path, media, limit).ConfigureAwait(false);
        if (source.Start is { } start)
        {
            facts = facts.Times is null && !facts.IsAsked ? await _probe.AskAsync(path, media, limit).ConfigureAwait(false) : facts;
            sampler = VideoTimes.Within(
                sampler, facts.Times ?? throw new MediaReadException(media, MediaFailure.Corrupt, "its frames have no times, so that no span of it can be read; leave the span out."), start, source.End ?? TimeSpan.MaxValue);
        }

        var video = new OpenedVideo(path, media, facts, limit);
        CheckSize(video, video.Facts.Width, video.Facts.Height);
        limit.ExtendFor(video.Facts.Pixels);
        var selection = new FrameSelection(sampler, video.Facts.Frames);
        if (await SeekAsync(video, selection).ConfigureAwait(false) is { } found)
        {
            return selection.Arrange(found);
        }

        var (frames, count) = await DecodeAsync(video, selection, isCounted: false).ConfigureAwait(false);
        if (video.Facts.IsCut)
        {
            ThrowIfMissing(video, selection, count);
        }
        else if (count != video.Facts.Frames)
        {
            Log.OtherCount(logger, media, video.Facts.Frames, count);
            selection = new FrameSelection(sampler, count);
            (frames, _) = await DecodeAsync(video, selection, isCounted: true).ConfigureAwait(false);
        }

        return selection.Arrange(frames);
    }

    private static IReadOnlyList<RgbFrame>? Timed(IReadOnlyList<RgbFrame>? frames, FrameSelection selection, IReadOnlyList<TimeSpan>? times) =>
        times is null ? frames : frames?.Select((frame, i) => frame with { Time = times[selection.Distinct[i]] }).ToArray();

    /// <summary>The wanted frames of a long video; null if it has to be decoded from its start.</summary>
    private async Task<IReadOnlyList<RgbFrame>?> SeekAsync(OpenedVideo video, FrameSelection selection)
    {
        if (video.Facts.Pixels <= options.SeekAbovePixels)
        {
            return null;
        }

        if (video.Facts.Tables is { } tables && Mp4Excerpt.Of(video.Path, tables, selection.Distinct) is { } excerpt)
        {
            return Timed(await ReadExcerptAsync(video, excerpt).ConfigureAwait(false), selection, video.Facts.Times);
        }

        var facts = video.Facts.IsAsked ? video.Facts : await _probe.AskAsync(video.Path, video.Media, video.Limit).ConfigureAwait(false);
        if (facts.Index is not { } index || facts.Frames != video.Facts.Frames || index.Plan(selection.Distinct) is not { } seeks)
        {
            return null;
        }

        var frames = new List<RgbFrame>();
        foreach (var seek in seeks)
        {
            var choice = string.Join('+', seek.Frames.Select(number => FormattableString.Invariant($@"eq(pts\,{index.Times[number]})")));
            var run = await RunAsync(video, new VideoRun(choice, seek.Frames.Count, facts.Width, facts.Height) { Start = seek.Start, EndsWithLast = true }).ConfigureAwait(false);
            if (!IsAsExpected(run, seek, index))
            {
                Log.OtherTimes(logger, video.Media);
                return null;
            }

            frames.AddRange(run.Frames);
        }

        return Timed(frames, selection, facts.Times);
    }

    private async Task<IReadOnlyList<RgbFrame>?> ReadExcerptAsync(OpenedVideo video, Mp4Excerpt excerpt)
    {
        var choice = new VideoRun(FrameSelection.Expression(excerpt.Frames), excerpt.Frames.Length, video.Facts.Width, video.Facts.Height) { Excerpt = excerpt };
        var run = await RunAsync(video, choice).ConfigureAwait(false);
        if (run.Decoded.Select(frame => frame.Time ?? -1).SequenceEqual(excerpt.Times) && run.Decoded.TrueForAll(frame => (frame.Width, frame.Height) == (run.Width, run.Height)))
        {
            return run.Frames;
        }

        Log.OtherTimes(logger, video.Media);
        return null;
    }

    /// <summary>Whether every frame from the key frame to the last wanted one was decoded at its time, in order and in one size.</summary>
    private static bool IsAsExpected(VideoRun run, VideoSeek seek, VideoIndex index)
    {
        var last = index.Times[seek.Frames[^1]];
        var times = run.Decoded.Where(frame => frame.Time >= index.Times[seek.First] && frame.Time <= last).Select(frame => frame.Time!.Value);
        return run.Frames.Count == seek.Frames.Count
            && times.SequenceEqual(index.Times[seek.First..(seek.Frames[^1] + 1)])
            && run.Decoded.All(frame => (frame.Width, frame.Height) == (run.Width, run.Height));
    }

    /// <summary>Decodes from the start. Frames are as large as they are in the video, which may change its size.</summary>
    /// <returns>The wanted frames that there are, and the number of frames that were decoded.</returns>
    private async Task<(RgbFrame[] Frames, int Count)> DecodeAsync(OpenedVideo video, FrameSelection selection, bool isCounted)
    {
        var facts = video.Facts;
        var run = await RunAsync(video, Choose(selection.Distinct, facts.Width, facts.Height)).ConfigureAwait(false);
        var decoded = run.Decoded;
        if (decoded.Count == 0)
        {
            throw facts.IsCut ? Missing(video, selection, 0) : new MediaReadException(video.Media, MediaFailure.Corrupt, $"none of its {facts.Frames} frames can be decoded. {run.Errors}".TrimEnd());
        }

        for (var i = 0; i < decoded.Count; i++)
        {
            if (decoded[i].Number != i)
            {
                throw new MediaReadException(video.Media, MediaFailure.DecoderFailed, $"the size or format of its frames changes after {i} frames, which is not supported in a rotated video.");
            }
        }

        var frames = run.Frames.ToArray();
        var others = selection.Distinct.Take(frames.Length).Where(number => (decoded[number].Width, decoded[number].Height) != (facts.Width, facts.Height));
        foreach (var group in others.GroupBy(number => (decoded[number].Width, decoded[number].Height)).ToArray())
        {
            CheckSize(video, group.Key.Width, group.Key.Height);
            var again = await RunAsync(video, Choose([.. group], group.Key.Width, group.Key.Height) with { EndsWithLast = true }).ConfigureAwait(false);
            foreach (var (number, frame) in group.Zip(again.Frames))
            {
                frames[Array.BinarySearch(selection.Distinct, number)] = frame;
            }
        }

        if (decoded[0].Seconds is { } first)
        {
            frames = [.. frames.Select((frame, i) => decoded[selection.Distinct[i]].Seconds is { } seconds ? frame with { Time = TimeSpan.FromSeconds(seconds - first) } : frame)];
        }

        return (frames, decoded.Count);

        VideoRun Choose(int[] numbers, int width, int height) =>
            new(FrameSelection.Expression(numbers), numbers.Length, width, height) { AdaptsFilters = facts.IsTurned, EndsWithLast = isCounted };
    }

    private async Task<VideoRun> RunAsync(OpenedVideo video, VideoRun run)
    {
        await run.DecodeAsync(options, video.Path, video.Media, video.Limit, video.Curve).ConfigureAwait(false);
        video.Curve = run.NamedCurve;
        if (run.Errors.Length > 0)
        {
            Log.DecoderComplained(logger, video.Media, run.Errors);
        }

        return run;
    }

    private void CheckSize(OpenedVideo video, int width, int height)
    {
        if ((long)width * height > options.MaxPixels)
        {
            throw new MediaReadException(
                video.Media, MediaFailure.TooLarge, $"the video declares frames of {width}x{height} pixels, more than the {options.MaxPixels} allowed.");
        }
    }

    private static void ThrowIfMissing(OpenedVideo video, FrameSelection selection, int count)
    {
        if (count <= selection.Distinct[^1])
        {
            throw Missing(video, selection, count);
        }
    }

    private static MediaReadException Missing(OpenedVideo video, FrameSelection selection, int count) => new(
        video.Media,
        MediaFailure.Truncated,
        $"the video announces {video.Facts.Frames} frames, but ends after {count}: {selection.Distinct.Count(number => number < count)} of the {selection.Distinct.Length} requested frames exist.");

    private sealed record OpenedVideo(string Path, string Media, VideoFacts Facts, TimeLimit Limit)
    {
        /// <summary>What makes ordinary frames of those of high dynamic range, as far as is known; null if they are ordinary.</summary>
        internal HdrCurve? Curve { get; set; } = Facts.Curve;
    }
}
