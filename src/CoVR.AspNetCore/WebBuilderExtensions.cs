using CoVR;
using CoVR.AspNetCore;
using CoVR.AspNetCore.Api;
using CoVR.AspNetCore.Index;
using CoVR.AspNetCore.Mcp;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Server;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what a pipeline's endpoints need.</summary>
public static class WebBuilderExtensions
{
    /// <summary>Adds what <see cref="CoVREndpoints"/> of this pipeline need, and loads its model in the background when the host starts.</summary>
    /// <remarks>Until the model is loaded, the API answers 503 with <c>Retry-After</c>, but for its state. The progress of watched folders is shown.</remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options; null for the defaults. Faults are reported together at the start of the host.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddWeb(this ICoVRBuilder builder, Action<CoVRWebOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var name = builder.Name;
        builder.Services.AddOptions<CoVRWebOptions>(name).Configure(configure ?? (_ => { })).ValidateDataAnnotations().ValidateOnStart();
        builder.TryUse((services, pipeline) => new WebPipeline(services, pipeline));
        builder.TryUse<Func<string, IProgress<JobProgress>>>((services, pipeline) => services.GetRequiredKeyedService<WebPipeline>(pipeline).Index.ProgressOf);
        builder.Services.AddSingleton<IHostedService>(services => new ModelWarmup(
            services.GetRequiredKeyedService<WebPipeline>(name),
            services.GetRequiredService<TimeProvider>(),
            services.GetService<ILogger<ModelWarmup>>() ?? NullLogger<ModelWarmup>.Instance));
        ApiDocument.Add(builder.Services);
        builder.TryUse((services, pipeline) => new MediaTools(services.GetRequiredKeyedService<WebPipeline>(pipeline), services.GetService<ILogger<MediaTools>>() ?? NullLogger<MediaTools>.Instance));
        McpEndpoint.Add(builder.Services);
        return builder;
    }

    /// <summary>Adds a pipeline's tools for agents to a server of the host's own, such as one over standard input and output: <c>search_media</c>, <c>get_media</c>, <c>list_folders</c>.</summary>
    /// <remarks>The pipeline needs <see cref="AddWeb"/>; <see cref="CoVREndpoints.MapCoVRMcp"/> needs no call of this. An <see cref="IGalleryScope"/> applies, with the user of the server's transport.</remarks>
    /// <param name="server">The server.</param>
    /// <param name="pipeline">The pipeline's name; empty for the default one.</param>
    /// <returns>The same builder.</returns>
    public static IMcpServerBuilder WithCoVRTools(this IMcpServerBuilder server, string pipeline = "")
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(pipeline);
        server.Services.AddOptions<McpServerOptions>().Configure<IServiceProvider>((options, services) =>
        {
            options.ToolCollection ??= [];
            foreach (var tool in McpEndpoint.Create(WebPipeline.Require<MediaTools>(services, pipeline)))
            {
                options.ToolCollection.Add(tool);
            }

            options.ServerInstructions ??= McpEndpoint.Instructions;
        });
        return server;
    }
}
