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
