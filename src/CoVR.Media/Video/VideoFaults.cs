using System.Text.RegularExpressions;
using CoVR.Media.Images;

namespace CoVR.Media.Video;

/// <summary>Turns the exit code and messages of ffmpeg or ffprobe into an error.</summary>
internal static partial class VideoFaults
{
    private const int FirstSignalCode = 128;

    /// <summary>The error for an exit code and the program's messages.</summary>
    internal static MediaReadException Explain(string path, string media, int code, string errors, string program)
    {
        if (code >= FirstSignalCode || code < 0)
        {
            return new MediaReadException(media, MediaFailure.DecoderFailed, $"{program} was killed or stopped (exit code {code}). {(errors.Length == 0 ? "" : FirstOf(path, errors))}".TrimEnd());
        }

        var (failure, reason) = Classify(path, errors);

        // The whitelist is ours, so the message is already part of the reason.
        return new MediaReadException(media, failure, Says(errors, "whitelist") ? reason : $"{reason} {program} says: {FirstOf(path, errors)}");
    }

    private static (MediaFailure Failure, string Reason) Classify(string path, string errors)
    {
        if (Says(errors, "matches no streams") || Says(errors, "does not contain any stream"))
        {
            return (MediaFailure.NoFrames, "the file has no video stream.");
        }

        if (Says(errors, "Invalid data") || Says(errors, "whitelist") || Says(errors, "End of file"))
        {
            return !LooksLikeVideo(path) ? (MediaFailure.UnknownFormat, "this is not an image or video in a supported format.")
                : Says(errors, "Invalid data") && !Says(errors, "moov atom not found") ? (MediaFailure.Corrupt, "the video is damaged.")
                : (MediaFailure.Truncated, "the video is truncated.");
        }

        return (MediaFailure.DecoderFailed, "the video cannot be decoded.");
    }

    private static bool Says(string errors, string words) => errors.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static bool LooksLikeVideo(string path)
    {
        Span<byte> header = stackalloc byte[ImageFormat.HeaderLength];
        using var file = File.OpenRead(path);
        return VideoContainers.Looks(header[..file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false)]);
    }

    // The first message is the cause, the others follow from it. The addresses and the path before it are cut off.
    private static string FirstOf(string path, string errors)
    {
        var first = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "nothing";
        return $"{Source().Replace(first, "").Replace($"{path}: ", "", StringComparison.Ordinal).TrimEnd('.')}.";
    }

    [GeneratedRegex(@"^(\[[^\]]*\] ?)+")]
    private static partial Regex Source();
}
