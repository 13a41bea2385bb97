using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace CoVR.AspNetCore.Safety;

/// <summary>What an endpoint is, which decides what a request must bring.</summary>
internal enum EndpointKind
{
    /// <summary>A page or one of its files: other sites may link to it.</summary>
    Page,

    /// <summary>The API: changes by a browser need the session's token.</summary>
    Api,

    /// <summary>The Model Context Protocol, whose clients know no session.</summary>
    Mcp,
}

/// <summary>
/// Stands before every endpoint: refuses foreign hosts (DNS rebinding) and foreign origins, asks browsers for the session's token before a change, sets the security
/// headers, and answers faults as problem details.
/// </summary>
internal sealed class RequestGuard(CoVRWebOptions options, SessionTokens tokens, ILogger logger)
{
    public const string TokenHeader = "X-CoVR-Token";

    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public SessionTokens Tokens => tokens;

    /// <summary>Puts the guard before an endpoint.</summary>
    public RequestDelegate Protect(RequestDelegate next, EndpointKind kind) => async context =>
    {
        try
        {
            SetHeaders(context.Response.Headers);
            Check(context.Request, context.User, kind);
            SetBodyLimit(context, kind);
            await next(context).ConfigureAwait(false);
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
            {
                await Problems.WriteAsync(context, new ApiException(context.Response.StatusCode, "request.invalid", "The request has a value that cannot be read.")).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // Nobody waits for an answer, or the host ends a stream.
        }
        catch (Exception error)
        {
            var problem = Problems.Of(error);
            if (problem != error && problem.Status >= 500)
            {
                logger.RequestFailed(context.Request.Method, (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText, error);
            }

            await Problems.WriteAsync(context, problem).ConfigureAwait(false);
        }
    };

    /// <summary>Sets the headers of every answer.</summary>
    public static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
    }

    private void Check(HttpRequest request, ClaimsPrincipal user, EndpointKind kind)
    {
        if (!IsKnown(request.Host))
        {
            throw ApiException.Refused("host.refused", $"This server does not answer for the requested host; {nameof(CoVRWebOptions)}.{nameof(CoVRWebOptions.AllowedHosts)} lists those it does.");
        }

        var origin = request.Headers.Origin.ToString();
        var isForeign = origin.Length > 0 ? !IsOwn(origin, request) : IsFromAnotherSite(request, kind);
        if (isForeign)
        {
            throw ApiException.Refused("origin.refused", "Requests from pages of other sites are refused.");
        }

        var changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        if (changes && kind == EndpointKind.Api && (origin.Length > 0 || request.Headers.Cookie.Count > 0) && !tokens.IsValid(request.Headers[TokenHeader].ToString(), user))
        {
            throw ApiException.Refused("session.required", $"Send the token of GET session as the header {TokenHeader}.");
        }
    }

    // A browser sends an address as host only to a page that was opened by it, so that a name cannot be made to point to it.
    private bool IsKnown(HostString host) => host.Host is { Length: > 0 } name
        && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(name.Trim('[', ']'), out _) || options.AllowedHosts.Contains(name, StringComparer.OrdinalIgnoreCase));

    // The scheme is left out: a proxy may have ended TLS.
    private bool IsOwn(string origin, HttpRequest request) => options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (origin.IndexOf("://", StringComparison.Ordinal) is > 0 and var end && origin[(end + 3)..].Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));

    private static bool IsFromAnotherSite(HttpRequest request, EndpointKind kind) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && !(kind == EndpointKind.Page && request.Headers["Sec-Fetch-Mode"] == "navigate");

    private void SetBodyLimit(HttpContext context, EndpointKind kind)
    {
        if (kind != EndpointKind.Page && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = ((long)options.MaxUploads * options.MaxUploadBytes) + (2 << 20);
        }
    }
}
