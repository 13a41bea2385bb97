using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FFMpegCore;

namespace CoVR.Media.Video;

/// <summary>
/// Finds out the size and the number of frames of a video: by the tables of a plain MP4 or Matroska file, else by asking ffprobe for its packets, whose description of the
/// stream is parsed with FFMpegCore's model.
/// </summary>
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
    /// <exception cref="MediaReadException">There is no frame, or the file is cut and nothing says how many frames it had.</exception>
    internal async Task<VideoFacts> ReadAsync(string path, string media, TimeLimit limit) =>
        Mp4Video.Read(path) is { } tables ? new VideoFacts(tables.Size.Width, tables.Size.Height, tables.Samples.Length) { IsTurned = tables.IsTurned, Tables = tables, Times = VideoTimes.Of(tables) }
        : MatroskaVideo.Read(path) is { } elements ? new VideoFacts(elements.Size.Width, elements.Size.Height, elements.Packets)
        : await AskAsync(path, media, limit).ConfigureAwait(false);

    /// <summary>Asks ffprobe.</summary>
    /// <param name="path">The file.</param>
    /// <param name="media">The name for error messages.</param>
    /// <param name="limit">Ends the process.</param>
    /// <exception cref="MediaReadException">There is no frame, or the file is cut and nothing says how many frames it had.</exception>
    internal async Task<VideoFacts> AskAsync(string path, string media, TimeLimit limit)
    {
        string[] arguments =
        [
            "-v", "error", .. VideoContainers.Restrictions, "-select_streams", "V:0",
            "-show_streams", "-show_packets", "-show_entries", "packet=pts,flags", "-print_format", "json", "-i", path,
        ];
        var (answer, code, errors) = await MediaProcess.RunAsync(options.FfprobePath, arguments, media, limit, ListenAsync).ConfigureAwait(false);
        if (code != 0)
        {
            throw VideoFaults.Explain(path, media, code, errors, "ffprobe");
        }

        var (stream, packets) = Parse(answer, media);
        var shown = packets.Count(packet => !packet.IsHidden);
        var announced = AnnouncedBeyond(path, media, stream, packets.Count, shown);
        if (Math.Max(shown, announced ?? 0) < 1)
        {
            throw new MediaReadException(media, MediaFailure.NoFrames, "the video stream has no frames.");
        }

        var (width, height) = Size(stream, media);
        return new VideoFacts(width, height, announced ?? shown)
        {
            IsCut = announced is not null,
            IsAsked = true,
            Curve = HdrCurve.Of(stream.ColorTransfer),
            IsTurned = (stream.SideData ?? []).Any(side => side.ContainsKey("displaymatrix")),
            Times = announced is null ? VideoTimes.Of(packets, Text(stream, "time_base")) : null,
            Index = announced is null ? VideoIndex.Of(stream.CodecName, stream.FieldOrder, Text(stream, "time_base"), packets) : null,
        };
    }

    /// <summary>The number of frames that a file announces whose end is missing; null for a file that is whole.</summary>
    private static int? AnnouncedBeyond(string path, string media, FFProbeStream stream, int packets, int shown)
    {
        var length = new FileInfo(path).Length;
        if (VideoContainers.AnnouncedLength(path) is not { } announced || announced <= length)
        {
            return null;
        }

        if (int.TryParse(Text(stream, "nb_frames"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var frames))
        {
            return frames > packets ? frames : null;
        }

        throw new MediaReadException(
            media, MediaFailure.Truncated, $"the video is truncated: it announces {announced} bytes but has {length}, with {shown} of its frames.");
    }

    private static async Task<(byte[] Answer, int Code, string Errors)> ListenAsync(MediaProcess process, CancellationToken cancellationToken)
    {
        process.Input.Close();
        using var answer = new MemoryStream();
        await process.Output.CopyToAsync(answer, cancellationToken).ConfigureAwait(false);
        var (code, errors) = await process.FinishAsync(cancellationToken).ConfigureAwait(false);
        return (answer.ToArray(), code, errors);
    }

    private static (FFProbeStream Stream, IReadOnlyList<VideoPacket> Packets) Parse(byte[] answer, string media)
    {
        try
        {
            var stream = JsonSerializer.Deserialize<FFProbeAnalysis>(answer)?.Streams?.FirstOrDefault()
                ?? throw new MediaReadException(media, MediaFailure.NoFrames, "the file has no video stream.");
            return (stream, JsonSerializer.Deserialize<PacketList>(answer)?.Packets ?? []);
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
            throw new MediaReadException(media, MediaFailure.Corrupt, "the video stream does not declare the size of its frames.");
        }

        return IsOnItsSide(stream) ? (height, width) : (width, height);
    }

    private static bool IsOnItsSide(FFProbeStream stream)
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

    private static string? Text(FFProbeStream stream, string name) =>
        stream.ExtensionData is { } more && more.TryGetValue(name, out var value) ? value.ToString() : null;

    private sealed record PacketList([property: JsonPropertyName("packets")] IReadOnlyList<VideoPacket>? Packets);
}
