using System.Net;

namespace CoVR.Downloads;

/// <summary>Sends a request and follows a limited number of redirects, never from <c>https</c> to <c>http</c>.</summary>
/// <remarks>Unlike the handler's own redirects, these keep headers such as <c>Authorization</c> on the first address's host.</remarks>
internal sealed class RedirectFollower(HttpClient client, int limit)
{
    /// <summary>Sends a request.</summary>
    /// <param name="start">The address.</param>
    /// <param name="makeRequest">Makes the request for an address; the flag says whether it is on the first address's host.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <returns>A response that is no redirect; the caller disposes it.</returns>
    public async Task<HttpResponseMessage> SendAsync(Uri start, Func<Uri, bool, HttpRequestMessage> makeRequest, CancellationToken cancellationToken)
    {
        var address = start;
        for (var followed = 0; ; followed++)
        {
            using var request = makeRequest(address, IsSameHost(start, address));
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            try
            {
                if (!IsRedirect(response.StatusCode))
                {
                    // The caller's handler may have followed redirects by itself.
                    CheckStep(start, address, response.RequestMessage?.RequestUri ?? address);
                    return response;
                }

                address = followed < limit ? Next(start, address, response) : throw new DownloadException(
                    start, DownloadFailure.Redirect, $"more than {limit} redirects, the last to {DownloadException.Shown(address)}: the server redirects in a loop, or wants a login.");
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static bool IsSameHost(Uri left, Uri right) =>
        Uri.Compare(left, right, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static void CheckStep(Uri start, Uri from, Uri to)
    {
        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp)
        {
            throw new DownloadException(
                start, DownloadFailure.Redirect, $"the server redirects from https to {DownloadException.Shown(to)}, where the file could be tampered with; the redirect is not followed.");
        }
    }

    private static Uri Next(Uri start, Uri address, HttpResponseMessage response)
    {
        if (response.Headers.Location is not { } location || !Uri.TryCreate(address, location, out var next) || next.Scheme is not ("http" or "https"))
        {
            throw new DownloadException(start, DownloadFailure.Redirect, $"the server redirects to '{response.Headers.Location}', which is not an http or https address.") { StatusCode = response.StatusCode };
        }

        CheckStep(start, address, next);
        return next;
    }
}
