using CoVR.AspNetCore.Api;
using CoVR.AspNetCore.Mcp;
using CoVR.AspNetCore.Safety;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace CoVR.AspNetCore;

/// <summary>Maps a pipeline's endpoints into a host: API, page and tools for agents, together or each alone.</summary>
/// <remarks>
/// The returned builders take the host's conventions, such as <c>RequireAuthorization()</c>, <c>RequireRateLimiting(…)</c> and <c>RequireCors(…)</c>. The pipeline needs
/// <c>AddWeb()</c>. Requests for foreign hosts and from foreign origins are refused (<see cref="CoVRWebOptions"/>).
/// </remarks>
public static class CoVREndpoints
{
    /// <summary>Maps everything: the page at the prefix, the API below <c>api/v1</c>, and the Model Context Protocol at <c>mcp</c>.</summary>
    /// <param name="endpoints">The host.</param>
    /// <param name="prefix">Where, such as <c>/covr</c>; empty for the root.</param>
    /// <param name="pipeline">The pipeline's name; empty for the default one.</param>
    /// <returns>Conventions for all endpoints.</returns>
    public static IEndpointConventionBuilder MapCoVR(this IEndpointRouteBuilder endpoints, string prefix = "", string pipeline = "")
    {
        var group = GuardedGroup.Open(endpoints, prefix, pipeline);
        MapPage(group);
        MapApi(group, pipeline);
        MapMcp(group, endpoints.ServiceProvider, pipeline);
        return group.Routes;
    }

    /// <summary>Maps the API alone, below <c>api/v1</c>.</summary>
    /// <param name="endpoints">The host.</param>
    /// <param name="prefix">Where; empty for the root.</param>
    /// <param name="pipeline">The pipeline's name; empty for the default one.</param>
    /// <returns>Conventions for its endpoints.</returns>
    public static IEndpointConventionBuilder MapCoVRApi(this IEndpointRouteBuilder endpoints, string prefix = "", string pipeline = "")
    {
        var group = GuardedGroup.Open(endpoints, prefix, pipeline);
        MapApi(group, pipeline);
        return group.Routes;
    }

    /// <summary>Maps the page alone, at the prefix; it asks the API below the same prefix.</summary>
    /// <param name="endpoints">The host.</param>
    /// <param name="prefix">Where; empty for the root.</param>
    /// <param name="pipeline">The pipeline's name; empty for the default one.</param>
    /// <returns>Conventions for its endpoints.</returns>
    public static IEndpointConventionBuilder MapCoVRPage(this IEndpointRouteBuilder endpoints, string prefix = "", string pipeline = "")
    {
        var group = GuardedGroup.Open(endpoints, prefix, pipeline);
        MapPage(group);
        return group.Routes;
    }

    /// <summary>Maps the Model Context Protocol alone, at <c>mcp</c>.</summary>
    /// <param name="endpoints">The host.</param>
    /// <param name="prefix">Where; empty for the root.</param>
    /// <param name="pipeline">The pipeline's name; empty for the default one.</param>
    /// <returns>Conventions for its endpoints.</returns>
    public static IEndpointConventionBuilder MapCoVRMcp(this IEndpointRouteBuilder endpoints, string prefix = "", string pipeline = "")
    {
        var group = GuardedGroup.Open(endpoints, prefix, pipeline);
        MapMcp(group, endpoints.ServiceProvider, pipeline);
        return group.Routes;
    }

    private static void MapPage(GuardedGroup group) => group.Part("", EndpointKind.Page).MapFiles("Page");

    private static void MapApi(GuardedGroup group, string pipeline) => ApiEndpoints.Map(group, pipeline);

    private static void MapMcp(GuardedGroup group, IServiceProvider services, string pipeline) => McpEndpoint.Map(group, services, pipeline);
}
