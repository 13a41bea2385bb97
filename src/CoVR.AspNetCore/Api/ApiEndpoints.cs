using System.Text.Json;
using System.Text.Json.Serialization;
using CoVR.AspNetCore.Safety;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CoVR.AspNetCore.Api;

/// <summary>The API's routes.</summary>
internal static class ApiEndpoints
{
    /// <summary>The form of all bodies, whatever the host's own options are.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static void Map(GuardedGroup group, string pipeline)
    {
        var api = group.Part("api/v1", EndpointKind.Api).WithTags("CoVR");
        api.MapGet("health", () => Results.Json(new { status = "ok", pipeline }, Json));
        api.MapGet("session", (HttpContext context) => Results.Json(new SessionAnswer(group.Tokens.Create(context.User), false, false, ["en"]), Json));
    }
}

/// <summary>What a page is told first.</summary>
internal sealed record SessionAnswer(string Token, bool CanEdit, bool CanOpenFolder, IReadOnlyList<string> Languages);
