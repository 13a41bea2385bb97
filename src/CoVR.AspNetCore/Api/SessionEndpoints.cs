using CoVR.AspNetCore.Safety;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CoVR.AspNetCore.Api;

/// <summary>What a page asks first, and what a load balancer asks.</summary>
internal static class SessionEndpoints
{
    private static readonly string[] Languages = [.. EmbeddedFiles.Names("Page").Where(name => name.EndsWith(".json", StringComparison.Ordinal)).Select(name => Path.GetFileNameWithoutExtension(name)!)];

    public static void Map(RouteGroupBuilder api, WebPipeline web, SessionTokens tokens)
    {
        api.MapGet("session", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return ApiEndpoints.Answer(new SessionAnswer(tokens.Create(context.User), web.Options.AllowsEditing, web.Options.OpenItem is not null && ItemEndpoints.IsLocal(context), Languages));
        }).Produces<SessionAnswer>().WithName("getSession").WithSummary("The token that a page sends with changes, and what it may offer.");
        api.MapGet("health", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            web.Index.RequireModel();
            return ApiEndpoints.Answer(new { status = "ready" });
        }).WithName("getHealth").WithSummary("200 when the model is loaded, else 503.");
    }
}

/// <summary>The first response to a page.</summary>
internal sealed record SessionAnswer(string Token, bool CanEdit, bool CanOpenFolder, IReadOnlyList<string> Languages);
