namespace CoVR.Downloads;

/// <summary>Why a download failed.</summary>
internal enum DownloadFailure
{
    /// <summary>There is no such file (404, 410).</summary>
    NotFound,

    /// <summary>The server requires a login (401, 407).</summary>
    Unauthorized,

    /// <summary>The server denies access to the file (403).</summary>
    Forbidden,

    /// <summary>The server refuses for another reason (other 4xx, an unexpected response).</summary>
    Refused,

    /// <summary>The server fails or is overloaded (5xx, 408, 429).</summary>
    Server,

    /// <summary>The server cannot be reached: no network, wrong name, refused connection, untrusted certificate.</summary>
    Unreachable,

    /// <summary>The connection broke before the end.</summary>
    Interrupted,

    /// <summary>No byte arrived for <see cref="DownloadRequest.StallTimeout"/>.</summary>
    Stalled,

    /// <summary>A web page arrived instead of the file.</summary>
    WebPage,

    /// <summary>The length is not the expected one.</summary>
    WrongLength,

    /// <summary>The SHA-256 is not the expected one.</summary>
    WrongHash,

    /// <summary>Too many redirects, one from <c>https</c> to <c>http</c>, or one without a valid address.</summary>
    Redirect,

    /// <summary>The disk is full.</summary>
    NoSpace,

    /// <summary>The file cannot be written.</summary>
    NotWritable,

    /// <summary>The file is complete, but <see cref="DownloadRequest.Check"/> rejects it.</summary>
    WrongContent,
}
