namespace CoVR;

/// <summary>Why a picture or video could not be read.</summary>
public enum MediaFailure
{
    /// <summary>The file does not exist or cannot be opened.</summary>
    NotFound,

    /// <summary>The file has no bytes.</summary>
    Empty,

    /// <summary>The format is not supported.</summary>
    UnknownFormat,

    /// <summary>The data end too early.</summary>
    Truncated,

    /// <summary>The data violate their format.</summary>
    Corrupt,

    /// <summary>The picture has more pixels than allowed.</summary>
    TooLarge,

    /// <summary>There is no video stream, or it has no frame.</summary>
    NoFrames,

    /// <summary>The decoder program is not installed.</summary>
    DecoderMissing,

    /// <summary>The decoder took longer than allowed, or was killed.</summary>
    DecoderFailed,
}

/// <summary>An image or video cannot be read; the message names it and says why.</summary>
/// <param name="media">The name of the media.</param>
/// <param name="failure">The kind of failure.</param>
/// <param name="reason">What is wrong, and how to fix it where that is known.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class MediaReadException(string media, MediaFailure failure, string reason, Exception? innerException = null)
    : CoVRException($"{media}: {reason}", innerException)
{
    /// <summary>The name of the media.</summary>
    public string Media { get; } = media;

    /// <summary>The kind of failure.</summary>
    public MediaFailure Failure { get; } = failure;

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}
