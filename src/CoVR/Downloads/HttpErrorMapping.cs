using System.Net;
using System.Security.Authentication;

namespace CoVR.Downloads;

/// <summary>Maps responses and connection errors to <see cref="DownloadException"/>.</summary>
internal static class HttpErrorMapping
{
    /// <summary>The error for a response that is not the file.</summary>
    public static DownloadException OfResponse(Uri uri, HttpResponseMessage response, DateTimeOffset now, TimeSpan longestWait)
    {
        var (failure, reason) = Explain(response.StatusCode);
        var wait = RetryAfter(response, now);
        var isTransient = failure == DownloadFailure.Server;
        if (isTransient && wait > longestWait)
        {
            (isTransient, reason) = (false, $"{reason} The server asks to retry in {wait}.");
        }

        return new DownloadException(uri, failure, $"{(int)response.StatusCode} {response.ReasonPhrase}: {reason}")
        {
            StatusCode = response.StatusCode,
            RetryAfter = wait,
            IsTransient = isTransient,
        };
    }

    /// <summary>The error for a connection that failed or broke.</summary>
    public static DownloadException OfBrokenConnection(Uri uri, Exception error) => error switch
    {
        HttpRequestException { InnerException: AuthenticationException } => new DownloadException(
            uri, DownloadFailure.Unreachable, "the server's certificate is not trusted: check the clock, the proxy and the system's certificates.", error),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError } => new DownloadException(
            uri, DownloadFailure.Unreachable, $"{uri.Host} cannot be reached ({error.Message}). Check the network and the proxy (HTTPS_PROXY), or download the file elsewhere and give its path.", error)
        { IsTransient = true },
        _ => new DownloadException(uri, DownloadFailure.Interrupted, $"the connection was lost ({error.Message}).", error) { IsTransient = true },
    };

    private static (DownloadFailure Failure, string Reason) Explain(HttpStatusCode status) => (int)status switch
    {
        404 or 410 => (DownloadFailure.NotFound, "there is no such file; it may have moved: find its new address on the publisher's page, or give a path."),
        401 or 407 => (DownloadFailure.Unauthorized, "the server requires a login: give a token or password (an Authorization header), or download the file in a browser and give its path."),
        403 => (DownloadFailure.Forbidden, "the server denies access to this file: accept its terms on the publisher's page, check the token, or download it in a browser and give its path."),
        408 or 429 => (DownloadFailure.Server, "the server is busy."),
        >= 500 => (DownloadFailure.Server, "the server reported an error; try again later."),
        _ => (DownloadFailure.Refused, "the server rejected the request."),
    };

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var wait = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
