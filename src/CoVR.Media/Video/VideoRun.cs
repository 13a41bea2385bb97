using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using CoVR.Media.Images;

namespace CoVR.Media.Video;

/// <summary>A frame that ffmpeg decoded, chosen or not.</summary>
/// <param name="Number">Its number by ffmpeg's count, which starts again where the filters are set up again.</param>
/// <param name="Time">When it is shown, in units of the stream; null if unknown.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Seconds">When it is shown; null if unknown.</param>
internal readonly record struct DecodedFrame(int Number, long? Time, int Width, int Height, double? Seconds = null);

/// <summary>One run of ffmpeg over a video: what it is asked for, and what came.</summary>
/// <param name="Choice">The expression of the filter <c>select</c>.</param>
/// <param name="Count">How many frames the expression chooses at most.</param>
/// <param name="Width">Columns of the frames that come; others are scaled to it.</param>
/// <param name="Height">Rows of the frames that come.</param>
internal sealed partial record VideoRun(string Choice, int Count, int Width, int Height)
{
    private const string CurrentTiming = "-fps_mode";
    private const string EarlierTiming = "-vsync";

    /// <summary>What an excerpt is read from; no file may be opened besides.</summary>
    private static readonly string[] ExcerptInput = ["-protocol_whitelist", "pipe", "-i", "pipe:0"];

    /// <summary>The name of the option with each ffmpeg program.</summary>
    private static readonly ConcurrentDictionary<string, string> Timings = new();

    /// <summary>Seconds from where the file is read; null for its start.</summary>
    internal double? Start { get; init; }

    /// <summary>Whether the run ends with the last chosen frame.</summary>
    internal bool EndsWithLast { get; init; }

    /// <summary>Whether the filters are set up again when size or format of the frames change. Else chosen frames are numbered through, and scaled.</summary>
    internal bool AdaptsFilters { get; init; }

    /// <summary>Part of the file that is read instead of the file; null for the file.</summary>
    internal Mp4Excerpt? Excerpt { get; init; }

    /// <summary>How frames of high dynamic range become ordinary ones; null if they come as they are.</summary>
    internal HdrCurve? Curve { get; private set; }

    /// <summary>The curve that ffmpeg names for the stream.</summary>
    internal HdrCurve? NamedCurve { get; private set; }

    /// <summary>All frames that were decoded, in order.</summary>
    internal List<DecodedFrame> Decoded { get; } = [];

    /// <summary>The chosen ones.</summary>
    internal List<RgbFrame> Frames { get; } = [];

    /// <summary>What ffmpeg complained of.</summary>
    internal string Errors { get; private set; } = "";

    /// <summary>Runs ffmpeg.</summary>
    /// <param name="options">The program, the order of channels, and whether frames of high dynamic range become ordinary ones.</param>
    /// <param name="path">The file.</param>
    /// <param name="media">The name for error messages.</param>
    /// <param name="limit">Ends the process.</param>
    /// <param name="curve">What the stream is known to need to be seen; found, at the cost of a second run, if null.</param>
    /// <exception cref="MediaReadException">It failed, took too long, or its frames are not of the asked size.</exception>
    internal async Task DecodeAsync(MediaOptions options, string path, string media, TimeLimit limit, HdrCurve? curve)
    {
        var isSeen = options.Pictures == PictureReading.AsSeen;
        Curve = isSeen ? curve : null;
        await DecodeOnceAsync(options, path, media, limit).ConfigureAwait(false);
        if (isSeen && NamedCurve is { } named && named != Curve)
        {
            Curve = named;
            Frames.Clear();
            Decoded.Clear();
            await DecodeOnceAsync(options, path, media, limit).ConfigureAwait(false);
        }
    }

    private async Task DecodeOnceAsync(MediaOptions options, string path, string media, TimeLimit limit)
    {
        var timing = Timings.GetOrAdd(options.FfmpegPath, CurrentTiming);
        var (code, spare) = await StartAsync(timing, options, path, media, limit).ConfigureAwait(false);
        if (code != 0 && timing == CurrentTiming && Errors.Contains("Unrecognized option 'fps_mode'", StringComparison.Ordinal))
        {
            Timings[options.FfmpegPath] = EarlierTiming;
            (code, spare) = await StartAsync(EarlierTiming, options, path, media, limit).ConfigureAwait(false);
        }

        if (code != 0)
        {
            throw VideoFaults.Explain(path, media, code, Errors, "ffmpeg");
        }

        if (spare != 0)
        {
            throw new MediaReadException(media, MediaFailure.DecoderFailed, $"ffmpeg's frames do not have the requested {Width}x{Height} pixels ({spare} bytes left over).");
        }
    }

    private Task<(int Code, long Spare)> StartAsync(string timing, MediaOptions options, string path, string media, TimeLimit limit) =>
        MediaProcess.RunAsync(options.FfmpegPath, Arguments(timing, path), media, limit, async (process, cancellationToken) =>
        {
            var writing = Excerpt?.WriteAsync(process.Input, cancellationToken);
            if (writing is null)
            {
                process.Input.Close();
            }

            var spare = await ReadFramesAsync(process.Output, options.BgrVideos, cancellationToken).ConfigureAwait(false);
            await (writing ?? Task.CompletedTask).ConfigureAwait(false);
            (var code, Errors) = await process.FinishAsync(cancellationToken).ConfigureAwait(false);
            return (code, spare);
        }, Listen);

    private async Task<long> ReadFramesAsync(Stream output, bool isBgr, CancellationToken cancellationToken)
    {
        while (Frames.Count < Count)
        {
            var rgb = GC.AllocateUninitializedArray<byte>(checked(Width * Height * 3));
            var read = Curve is null ? rgb : GC.AllocateUninitializedArray<byte>(checked(rgb.Length * 2));
            var length = await output.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (length < read.Length)
            {
                return length;
            }

            Curve?.Render(read, rgb);
            if (isBgr)
            {
                PixelPacking.SwapFirstAndThird(rgb);
            }

            Frames.Add(new RgbFrame(Width, Height, rgb));
        }

        return await DrainAsync(output, cancellationToken).ConfigureAwait(false);
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

    private IEnumerable<string> Arguments(string timing, string path) =>
    [
        "-v", "repeat+level+info", "-hide_banner", "-nostats", "-nostdin", "-max_error_rate", "1", "-copyts",
        "-threads", Excerpt is null ? "1" : "2", "-reinit_filter", AdaptsFilters ? "1" : "0", .. Seek(), .. VideoContainers.Restrictions, .. Excerpt is null ? ["-i", path] : ExcerptInput,
        "-map", "0:V:0", "-an", "-sn", "-dn",
        "-vf", $"showinfo=checksum=0,select='{Choice}',scale=w={Width}:h={Height}:in_color_matrix={(Curve is null ? "bt601" : "bt2020")}:flags=bicubic,format={(Curve is null ? "rgb24" : "rgb48le")}",
        timing, "passthrough", .. EndsWithLast ? ["-frames:v", $"{Count}"] : Array.Empty<string>(), "-f", "rawvideo", "-",
    ];

    private string[] Seek() =>
        Start is { } seconds ? ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", seconds.ToString("F6", CultureInfo.InvariantCulture)] : [];

    /// <summary>Records the frames that showinfo reports. Errors are kept, but not the muxer's about times that run backwards: raw video has none.</summary>
    private string? Listen(string line)
    {
        if (ShownFrame().Match(line) is { Success: true } shown)
        {
            Decoded.Add(new DecodedFrame(
                Number(shown.Groups["n"]), long.TryParse(shown.Groups["time"].ValueSpan, CultureInfo.InvariantCulture, out var time) ? time : null,
                Number(shown.Groups["width"]), Number(shown.Groups["height"]),
                double.TryParse(shown.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture, out var seconds) ? seconds : null));
            return null;
        }

        NamedCurve ??= HdrCurve.Of(StreamTransfer().Match(line).Groups["transfer"].Value);
        return Level().Match(line) is not { Success: true } level ? line
            : level.Groups["level"].ValueSpan is "info" or "warning" || line.StartsWith("[rawvideo @", StringComparison.Ordinal) ? null
            : line.Remove(level.Groups["level"].Index - 1, level.Groups["level"].Length + 3);
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\[Parsed_showinfo_\d+ @ [^\]]*\] \[info\] n: *(?<n>\d+) pts: *(?<time>-?\d+|NOPTS) +pts_time:(?<seconds>\S+) .* s:(?<width>\d+)x(?<height>\d+) ")]
    private static partial Regex ShownFrame();

    [GeneratedRegex(@"^\[info\]   Stream #0:.*: Video: .*\b(?<transfer>smpte2084|arib-std-b67)\b")]
    private static partial Regex StreamTransfer();

    [GeneratedRegex(@"^(\[[^\]]* @ [^\]]*\] )*\[(?<level>info|warning|error|fatal|panic)\] ")]
    private static partial Regex Level();
}
