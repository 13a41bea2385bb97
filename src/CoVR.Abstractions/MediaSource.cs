using System.Text.Json.Serialization;

namespace CoVR;

/// <summary>Where the frames of an image or video come from: a file, a stream, or memory. Exactly one of the three is set.</summary>
/// <remarks>
/// Immutable. A path converts to a source by itself. As JSON it is the SHA-256 of its content, so that caches of embeddings tell two versions of a file apart: writing it reads
/// the file, or opens the stream once more. It cannot be read from JSON.
/// </remarks>
[JsonConverter(typeof(MediaSourceHashConverter))]
public sealed record MediaSource
{
    private MediaSource(string displayName) => DisplayName = displayName;

    /// <summary>The name used in errors and logs.</summary>
    public string DisplayName { get; }

    /// <summary>The image or video file; null for other sources.</summary>
    public string? Path { get; private init; }

    /// <summary>Opens the bytes of an encoded image or video; null for other sources. The reader disposes the stream.</summary>
    public Func<CancellationToken, ValueTask<Stream>>? Open { get; private init; }

    /// <summary>Decoded frames, at least one; null for other sources.</summary>
    public IReadOnlyList<RgbFrame>? Frames { get; private init; }

    /// <summary>Where the span of a video begins; null for its start.</summary>
    public TimeSpan? Start { get; private init; }

    /// <summary>Where the span of a video ends; null for its end.</summary>
    public TimeSpan? End { get; private init; }

    /// <summary>A file path is a source.</summary>
    public static implicit operator MediaSource(string path) => FromFile(path);

    /// <summary>An image or video file.</summary>
    /// <param name="path">Absolute path, or path relative to the current directory.</param>
    /// <returns>The source; the file need not exist yet.</returns>
    public static MediaSource FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(path) { Path = path };
    }

    /// <summary>Encoded bytes that are opened when they are read, such as an upload.</summary>
    /// <param name="name">The name used in errors.</param>
    /// <param name="open">Opens the bytes; the reader disposes the stream.</param>
    /// <returns>The source.</returns>
    public static MediaSource FromStream(string name, Func<CancellationToken, ValueTask<Stream>> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        return new(name) { Open = open };
    }

    /// <summary>Frames that are already decoded.</summary>
    /// <param name="frames">At least one frame.</param>
    /// <returns>The source.</returns>
    public static MediaSource FromFrames(IReadOnlyList<RgbFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        return new($"{frames.Count} decoded frame(s)") { Frames = frames };
    }

    /// <summary>A span of this video: only frames that are shown in it are used, at least the one that is shown at its start. Pictures and decoded frames without times have no spans.</summary>
    /// <param name="start">From the start of the video, not negative.</param>
    /// <param name="end">From the start of the video, at least <paramref name="start"/>.</param>
    /// <returns>A source of the same bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The times are not in order.</exception>
    public MediaSource Between(TimeSpan start, TimeSpan end)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);
        return this with { Start = start, End = end };
    }
}
