using System.Net;

namespace CoVR.Downloads;

/// <summary>A file could not be downloaded. The bytes received are kept beside the target and the next attempt continues there, unless they were wrong.</summary>
public sealed class DownloadException : CoVRException
{
    /// <summary>Creates the error.</summary>
    /// <param name="uri">The requested address.</param>
    /// <param name="reason">What happened, and how to fix it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public DownloadException(Uri uri, string reason, Exception? innerException = null)
        : base($"{Shown(uri)}: {reason}", innerException) => (Uri, Reason) = (uri, reason);

    internal DownloadException(Uri uri, DownloadFailure failure, string reason, Exception? innerException = null)
        : this(uri, reason, innerException) => Failure = failure;

    /// <summary>The requested address.</summary>
    public Uri Uri { get; }

    /// <summary>What happened, and how to fix it.</summary>
    public string Reason { get; }

    /// <summary>The status of the response; null if there was none, or if the status was not the problem.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>How long the server asks to wait; null if it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether the server will not give the file: it is gone or forbidden, or a redirect is not followed. Another attempt is of no use.</summary>
    public bool IsRefused => Failure is DownloadFailure.NotFound or DownloadFailure.Forbidden or DownloadFailure.Unauthorized or DownloadFailure.Refused or DownloadFailure.Redirect;

    /// <summary>Whether the disk is full or cannot be written, so that no other download would succeed.</summary>
    public bool IsDiskFault => Failure is DownloadFailure.NoSpace or DownloadFailure.NotWritable;

    internal DownloadFailure Failure { get; }

    // Keep passwords and the signatures of storage addresses out of logs.
    internal static string Shown(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.IsAbsoluteUri ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : uri.OriginalString;
    }
}

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
