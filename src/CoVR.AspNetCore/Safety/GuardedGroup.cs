using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CoVR.AspNetCore.Safety;

/// <summary>A group of endpoints behind one guard. Whatever this package maps is mapped in one of its parts.</summary>
internal sealed class GuardedGroup
{
    private readonly RequestGuard _guard;

    private GuardedGroup(RouteGroupBuilder routes, RequestGuard guard) => (Routes, _guard) = (routes, guard);

    /// <summary>What conventions of the host apply to.</summary>
    public RouteGroupBuilder Routes { get; }

    public SessionTokens Tokens => _guard.Tokens;

    /// <summary>Opens a group; options are those of a pipeline's name.</summary>
    public static GuardedGroup Open(IEndpointRouteBuilder endpoints, string prefix, string pipeline)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(pipeline);
        var services = endpoints.ServiceProvider;
        var logger = services.GetService<ILoggerFactory>()?.CreateLogger("CoVR.AspNetCore") ?? NullLogger.Instance;
        var guard = new RequestGuard(services.GetRequiredService<IOptionsMonitor<CoVRWebOptions>>().Get(pipeline), new SessionTokens(services), logger);
        return new GuardedGroup(endpoints.MapGroup(prefix.TrimEnd('/')), guard);
    }

    /// <summary>A group below for endpoints of one kind; the guard runs before anything of the request is read.</summary>
    public RouteGroupBuilder Part(string path, EndpointKind kind)
    {
        var part = Routes.MapGroup(path);
        ((IEndpointConventionBuilder)part).Finally(endpoint => endpoint.RequestDelegate = _guard.Protect(endpoint.RequestDelegate!, kind));
        return part;
    }
}
