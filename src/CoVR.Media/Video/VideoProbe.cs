using System.Globalization;
using System.Text.Json;
using FFMpegCore;

namespace CoVR.Media.Video;

/// <summary>Asks ffprobe for the size and length of a video; parses the answer with FFMpegCore's model.</summary>
/// <remarks>
/// The process is our own: cancelling FFMpegCore's call does not end a hanging ffprobe, nor the version check before it
/// (docs/decisions/0004-ffmpegcore.md).
/// </remarks>
internal sealed class VideoProbe(MediaOptions options)
{
    /// <summary>Probes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="media">The name for error messages.</param>
    /// <param name="limit">Ends the process.</param>
    internal async Task<VideoFacts> ReadAsync(string path, string media, TimeLimit limit)
    {
        var (stream, format) = await AskAsync(path, media, [], limit).ConfigureAwait(false);
        if (!StoresCount(format) || Number(stream, "nb_frames") is not (> 0 and { } frames))
        {
            // Matroska, WebM, fragmented MP4 store no number and AVI counts its gaps, so the packets are counted.
            (stream, _) = await AskAsync(path, media, ["-count_packets"], limit).ConfigureAwait(false);
            frames = Number(stream, "nb_read_packets") ?? 0;
        }

        if (frames < 1)
        {
            throw new MediaReadException(media, MediaFailure.NoFrames, "the video stream has no frame.");
        }

        var (width, height) = Size(stream, media);
        return new VideoFacts(width, height, frames);
    }

    private static bool StoresCount(string format) => format == "gif" || format.StartsWith("mov,mp4", StringComparison.Ordinal);

    private async Task<(FFProbeStream Stream, string Format)> AskAsync(string path, string media, string[] more, TimeLimit limit)
    {
        string[] arguments =
        [
            "-v", "error", .. VideoContainers.Restrictions, "-select_streams", "V:0", .. more,
            "-show_streams", "-show_format", "-print_format", "json", "-i", path,
        ];
        var (answer, code, errors) = await MediaProcess.RunAsync(options.FfprobePath, arguments, media, limit, ListenAsync).ConfigureAwait(false);
        return code == 0 ? Parse(answer, media) : throw VideoFaults.Explain(path, media, code, errors, "ffprobe");
    }

    private static async Task<(byte[] Answer, int Code, string Errors)> ListenAsync(MediaProcess process, CancellationToken cancellationToken)
    {
        process.Input.Close();
        using var answer = new MemoryStream();
        await process.Output.CopyToAsync(answer, cancellationToken).ConfigureAwait(false);
        var (code, errors) = await process.FinishAsync(cancellationToken).ConfigureAwait(false);
        return (answer.ToArray(), code, errors);
    }

    private static (FFProbeStream Stream, string Format) Parse(byte[] answer, string media)
    {
        try
        {
            var analysis = JsonSerializer.Deserialize<FFProbeAnalysis>(answer);
            return analysis?.Streams?.FirstOrDefault() is { } stream
                ? (stream, analysis.Format?.FormatName ?? string.Empty)
                : throw new MediaReadException(media, MediaFailure.NoFrames, "the file has no video stream.");
        }
        catch (JsonException cause)
        {
            throw new MediaReadException(media, MediaFailure.DecoderFailed, "ffprobe's answer cannot be read.", cause);
        }
    }

    private static (int Width, int Height) Size(FFProbeStream stream, string media)
    {
        if (stream is not { Width: > 0 and { } width, Height: > 0 and { } height })
        {
            throw new MediaReadException(media, MediaFailure.Corrupt, "the video stream does not say how large its frames are.");
        }

        return IsTurned(stream) ? (height, width) : (width, height);
    }

    private static bool IsTurned(FFProbeStream stream)
    {
        foreach (var side in stream.SideData ?? [])
        {
            if (side.TryGetValue("rotation", out var value) && double.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var degrees))
            {
                return Math.Abs((Math.Abs(degrees) % 180) - 90) < 1;
            }
        }

        return false;
    }

    private static int? Number(FFProbeStream stream, string name) =>
        stream.ExtensionData is { } more && more.TryGetValue(name, out var value)
        && int.TryParse(value.ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}

/// <summary>The first video stream of a file, as its header describes it.</summary>
/// <param name="Width">Columns of a decoded frame, after rotation.</param>
/// <param name="Height">Rows of a decoded frame, after rotation.</param>
/// <param name="Frames">The number of frames according to the file, at least 1.</param>
internal readonly record struct VideoFacts(int Width, int Height, int Frames);

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
}
