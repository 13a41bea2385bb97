using CoVR.AspNetCore.Safety;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;

namespace CoVR.AspNetCore.Mcp;

/// <summary>A pipeline's tools over HTTP: each endpoint offers those of its pipeline, whatever else the host's server offers elsewhere.</summary>
internal static class McpEndpoint
{
    public const string Instructions = "Searches a gallery of pictures and videos by what they show. Start with search_media; look at a hit with get_media; narrow by folders and tags of list_folders.";

    public static void Add(IServiceCollection services) => services.AddMcpServer().WithHttpTransport(options =>
    {
        var others = options.ConfigureSessionOptions;
        options.ConfigureSessionOptions = async (context, server, cancellationToken) =>
        {
            if (others is not null)
            {
                await others(context, server, cancellationToken).ConfigureAwait(false);
            }

            if (context.GetEndpoint()?.Metadata.GetMetadata<PipelineTools>() is { } tools)
            {
                (server.ToolCollection, server.ServerInstructions) = (tools.Tools, Instructions);
            }
        };
    });

    public static void Map(GuardedGroup group, IServiceProvider services, string pipeline) =>
        group.Part("mcp", EndpointKind.Mcp).MapMcp().WithMetadata(new PipelineTools([.. Create(WebPipeline.Require<MediaTools>(services, pipeline))]));

    /// <summary>Makes the tools; they only read.</summary>
    public static IEnumerable<McpServerTool> Create(MediaTools tools) =>
    [
        Tool(tools.SearchMediaAsync, "search_media", "Search pictures and videos"),
        Tool(tools.GetMediaAsync, "get_media", "Show a picture or video"),
        Tool(tools.ListFoldersAsync, "list_folders", "List folders"),
    ];

    private static McpServerTool Tool(Delegate method, string name, string title) =>
        McpServerTool.Create(method, new McpServerToolCreateOptions { Name = name, Title = title, ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false });

    private sealed record PipelineTools(McpServerPrimitiveCollection<McpServerTool> Tools);
}
