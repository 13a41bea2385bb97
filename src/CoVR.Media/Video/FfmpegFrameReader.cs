using CoVR.Media.Images;
using Microsoft.Extensions.Logging;

namespace CoVR.Media.Video;

/// <summary>Decodes chosen frames of a video file in one run of ffmpeg, with the pixels that OpenCV gives.</summary>
internal sealed class FfmpegFrameReader(MediaOptions options, ILogger logger)
{
    private const string CurrentTiming = "-fps_mode";
    private const string EarlierTiming = "-vsync";

    private readonly VideoProbe _probe = new(options);
    private volatile string _timing = CurrentTiming;

    /// <summary>Reads frames in the sampler's order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="media">The name for error messages.</param>
    /// <param name="sampler">Chooses the frames.</param>
    /// <param name="cancellationToken">Ends the processes.</param>
    internal async Task<IReadOnlyList<RgbFrame>> ReadAsync(
        string path, string media, IFrameSampler sampler, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        using var limit = new TimeLimit(options, cancellationToken);
        var facts = await _probe.ReadAsync(path, media, limit).ConfigureAwait(false);
        if ((long)facts.Width * facts.Height > options.MaxPixels)
        {
            throw new MediaReadException(
                media, MediaFailure.TooLarge, $"the video says its frames have {facts.Width}x{facts.Height} pixels, more than the {options.MaxPixels} allowed.");
        }

        var selection = new FrameSelection(sampler, facts.Frames);
        var frames = await DecodeAsync(path, media, facts, selection, limit).ConfigureAwait(false);
        return selection.Arrange(frames);
    }

    private async Task<IReadOnlyList<RgbFrame>> DecodeAsync(string path, string media, VideoFacts facts, FrameSelection selection, TimeLimit limit)
    {
        var timing = _timing;
        var run = await RunAsync(timing, path, media, facts, selection, limit).ConfigureAwait(false);
        if (run.Code != 0 && timing == CurrentTiming && run.Errors.Contains("Unrecognized option 'fps_mode'", StringComparison.Ordinal))
        {
            _timing = EarlierTiming;
            run = await RunAsync(EarlierTiming, path, media, facts, selection, limit).ConfigureAwait(false);
        }

        Check(run, path, media, facts, selection);
        if (run.Errors.Length > 0)
        {
            Log.DecoderComplained(logger, media, run.Errors);
        }

        return run.Frames;
    }

    private Task<DecodingRun> RunAsync(string timing, string path, string media, VideoFacts facts, FrameSelection selection, TimeLimit limit) =>
        MediaProcess.RunAsync(options.FfmpegPath, Arguments(timing, path, selection), media, limit, async (process, cancellationToken) =>
        {
            process.Input.Close();
            var (frames, spare) = await ReadFramesAsync(process.Output, facts, selection.Distinct.Length, cancellationToken).ConfigureAwait(false);
            var (code, errors) = await process.FinishAsync(cancellationToken).ConfigureAwait(false);
            return new DecodingRun(frames, spare, code, errors);
        });

    private async Task<(List<RgbFrame> Frames, long Spare)> ReadFramesAsync(
        Stream output, VideoFacts facts, int count, CancellationToken cancellationToken)
    {
        var frames = new List<RgbFrame>(count);
        while (frames.Count < count)
        {
            var rgb = GC.AllocateUninitializedArray<byte>(checked(facts.Width * facts.Height * 3));
            var length = await output.ReadAtLeastAsync(rgb, rgb.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (length < rgb.Length)
            {
                return (frames, length);
            }

            if (options.BgrVideos)
            {
                PixelPacking.SwapFirstAndThird(rgb);
            }

            frames.Add(new RgbFrame(facts.Width, facts.Height, rgb));
        }

        return (frames, await DrainAsync(output, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<long> DrainAsync(Stream output, CancellationToken cancellationToken)
    {
        var (buffer, total) = (new byte[4096], 0L);
        for (int length; (length = await output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            total += length;
        }

        return total;
    }

    private static void Check(DecodingRun run, string path, string media, VideoFacts facts, FrameSelection selection)
    {
        if (run.Code != 0)
        {
            throw VideoFaults.Explain(path, media, run.Code, run.Errors, "ffmpeg");
        }

        if (run.Spare != 0)
        {
            throw new MediaReadException(
                media, MediaFailure.DecoderFailed, $"ffmpeg's frames are not of the {facts.Width}x{facts.Height} pixels that the file announces ({run.Spare} bytes left over).");
        }

        if (run.Frames.Count < selection.Distinct.Length)
        {
            var first = selection.Distinct[run.Frames.Count];
            throw new MediaReadException(
                media,
                MediaFailure.Truncated,
                $"the video announces {facts.Frames} frames, but number {first} (of 0 to {facts.Frames - 1}) cannot be decoded any more: "
                + $"{run.Frames.Count} of {selection.Distinct.Length} asked frames were read. {run.Errors}".TrimEnd());
        }
    }

    private static IEnumerable<string> Arguments(string timing, string path, FrameSelection selection) =>
    [
        "-v", "error", "-nostdin", "-threads", "1", .. VideoContainers.Restrictions, "-i", path,
        "-map", "0:V:0", "-an", "-sn", "-dn",
        "-vf", $"select='{selection.Expression()}',scale=in_color_matrix=bt601:flags=bicubic,format=rgb24",
        timing, "passthrough", "-frames:v", FormattableString.Invariant($"{selection.Distinct.Length}"), "-f", "rawvideo", "-",
    ];

    private sealed record DecodingRun(IReadOnlyList<RgbFrame> Frames, long Spare, int Code, string Errors);
}

/// <summary>The log messages of this package.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Media}: all requested frames were read, but the decoder reported errors: {Errors}")]
    internal static partial void DecoderComplained(ILogger logger, string media, string errors);
}
