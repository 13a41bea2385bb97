using System.Collections.Concurrent;
using System.Globalization;

namespace CoVR.Media.Video;

/// <summary>Encodes frames as MP4 with one ffmpeg process.</summary>
internal sealed class VideoWriter(MediaOptions options)
{
    private const string Preferred = "libx264";
    private const string Fallback = "mpeg4";

    /// <summary>The encoder to use with each ffmpeg program.</summary>
    private static readonly ConcurrentDictionary<string, string> Encoders = new();

    public async Task WriteAsync(string path, IReadOnlyList<RgbFrame> frames, double framesPerSecond, CancellationToken cancellationToken)
    {
        CheckSizes(frames);
        using var file = new PendingFile(path);
        var encoder = Encoders.GetOrAdd(options.FfmpegPath, Preferred);
        var (code, errors) = await EncodeAsync(encoder, file.TemporaryPath, frames, framesPerSecond, cancellationToken).ConfigureAwait(false);
        if (code != 0 && encoder == Preferred && errors.Contains("Unknown encoder", StringComparison.Ordinal))
        {
            Encoders[options.FfmpegPath] = Fallback;
            (code, errors) = await EncodeAsync(Fallback, file.TemporaryPath, frames, framesPerSecond, cancellationToken).ConfigureAwait(false);
        }

        if (code != 0)
        {
            throw new MediaReadException(path, MediaFailure.DecoderFailed, $"ffmpeg could not write the video (exit code {code}): {errors}");
        }

        file.Commit();
    }

    private static void CheckSizes(IReadOnlyList<RgbFrame> frames)
    {
        if (frames.Count == 0)
        {
            throw new ArgumentException("A video needs at least one frame.", nameof(frames));
        }

        var (width, height) = (frames[0].Width, frames[0].Height);
        if (frames.Any(frame => frame.Width != width || frame.Height != height))
        {
            throw new ArgumentException($"All frames of a video must have the first one's size of {width}x{height}.", nameof(frames));
        }

        if (width % 2 != 0 || height % 2 != 0)
        {
            throw new ArgumentException($"Both sides of a video must be even, not {width}x{height}.", nameof(frames));
        }
    }

    private async Task<(int Code, string Errors)> EncodeAsync(
        string encoder, string target, IReadOnlyList<RgbFrame> frames, double framesPerSecond, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(options, cancellationToken);
        var arguments = Arguments(encoder, target, frames[0], framesPerSecond);
        return await MediaProcess.RunAsync(options.FfmpegPath, arguments, target, limit, async (process, token) =>
        {
            await FeedAsync(process, frames, token).ConfigureAwait(false);
            return await process.FinishAsync(token).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static async Task FeedAsync(MediaProcess process, IReadOnlyList<RgbFrame> frames, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var frame in frames)
            {
                await process.Input.WriteAsync(frame.Rgb, cancellationToken).ConfigureAwait(false);
            }

            process.Input.Close();
        }
        catch (IOException)
        {
            // The process ended early; its exit code and messages say why.
        }
    }

    private static IEnumerable<string> Arguments(string encoder, string target, RgbFrame frame, double framesPerSecond) =>
    [
        "-v", "error", "-threads", "1",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{frame.Width}x{frame.Height}",
        "-r", framesPerSecond.ToString("R", CultureInfo.InvariantCulture), "-i", "pipe:0",
        "-an", "-c:v", encoder, .. Quality(encoder), "-pix_fmt", "yuv420p", "-threads", "1",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", "-f", "mp4", "-y", target,
    ];

    private static string[] Quality(string encoder) => encoder == Preferred ? ["-preset", "veryfast", "-crf", "15"] : ["-q:v", "2"];
}
