namespace CoVR.Downloads;

/// <summary>Why a download failed.</summary>
public enum DownloadFailure
{
    /// <summary>There is no such file (404, 410).</summary>
    NotFound,

    /// <summary>The server asks who you are (401, 407).</summary>
    Unauthorized,

    /// <summary>The server does not give the file to you (403).</summary>
    Forbidden,

    /// <summary>The server refuses for another reason (other 4xx, an unknown answer).</summary>
    Refused,

    /// <summary>The server fails or is overloaded (5xx, 408, 429).</summary>
    Server,

    /// <summary>The server cannot be reached: no network, wrong name, refused connection, untrusted certificate.</summary>
    Unreachable,

    /// <summary>The connection broke off before the end.</summary>
    Interrupted,

    /// <summary>No byte came for <see cref="DownloaderOptions.StallTimeout"/>.</summary>
    Stalled,

    /// <summary>A web page came instead of the file.</summary>
    WebPage,

    /// <summary>The length is not the expected one.</summary>
    WrongLength,

    /// <summary>The SHA-256 is not the expected one.</summary>
    WrongHash,

    /// <summary>Too many redirections, one from <c>https</c> to <c>http</c>, or one to no address.</summary>
    Redirect,

    /// <summary>The disk has no room.</summary>
    NoSpace,

    /// <summary>The file cannot be written.</summary>
    NotWritable,

    /// <summary>The file is whole, but <see cref="DownloadRequest.Check"/> says that it is not what was wanted.</summary>
    WrongContent,
}
