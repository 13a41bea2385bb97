namespace CoVR.Media.Video;

/// <summary>The first video stream of a file, as the file describes it; how many frames it really has is known when it is decoded.</summary>
/// <param name="Width">Columns of a frame, after rotation.</param>
/// <param name="Height">Rows of a frame, after rotation.</param>
/// <param name="Frames">How many frames there should be, at least 1.</param>
internal sealed record VideoFacts(int Width, int Height, int Frames)
{
    /// <summary>Whether the end of the file is missing, so that <see cref="Frames"/> is what it had.</summary>
    internal bool IsCut { get; init; }

    /// <summary>Whether ffmpeg rotates or mirrors the frames.</summary>
    internal bool IsTurned { get; init; }

    /// <summary>What makes ordinary frames of those of high dynamic range; null if they are ordinary.</summary>
    internal HdrCurve? Curve { get; init; }

    /// <summary>Whether ffprobe said it, which also knows the packets.</summary>
    internal bool IsAsked { get; init; }

    /// <summary>The tables of an MP4 file; null where ffprobe was asked, and for Matroska.</summary>
    internal Mp4Video? Tables { get; init; }

    /// <summary>When each frame is shown; null where packets do not tell.</summary>
    internal VideoIndex? Index { get; init; }

    /// <summary>The time of each frame from that of the first; null where the file was not asked or does not say.</summary>
    internal IReadOnlyList<TimeSpan>? Times { get; init; }

    /// <summary>Pixels of all frames together, to which the time of decoding is about proportional.</summary>
    internal long Pixels => (long)Width * Height * Frames;
}
