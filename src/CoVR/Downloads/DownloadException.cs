using System.Net;

namespace CoVR.Downloads;

/// <summary>A file could not be downloaded. What came of it stays beside its place and is continued the next time, unless it was wrong.</summary>
public sealed class DownloadException : CoVRException
{
    /// <summary>Creates the error.</summary>
    /// <param name="uri">The address that was asked for.</param>
    /// <param name="failure">What kind of failure.</param>
    /// <param name="reason">What happened, and how to mend it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public DownloadException(Uri uri, DownloadFailure failure, string reason, Exception? innerException = null)
        : base($"{Shown(uri)}: {reason}", innerException) => (Uri, Failure, Reason) = (uri, failure, reason);

    /// <summary>The address that was asked for.</summary>
    public Uri Uri { get; }

    /// <summary>What kind of failure.</summary>
    public DownloadFailure Failure { get; }

    /// <summary>What happened, and how to mend it.</summary>
    public string Reason { get; }

    /// <summary>The server's answer; null if there was none, or if it was not the answer that was wrong.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>How long the server asks to wait; null if it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same may work later.</summary>
    public bool IsTransient { get; init; }

    // Neither passwords nor the signatures of storage addresses belong into logs.
    internal static string Shown(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.IsAbsoluteUri ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : uri.OriginalString;
    }
}
