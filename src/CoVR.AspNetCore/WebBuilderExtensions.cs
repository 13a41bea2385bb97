using CoVR;
using CoVR.AspNetCore;
using CoVR.AspNetCore.Api;
using CoVR.AspNetCore.Index;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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
        builder.Services.AddMcpServer().WithHttpTransport();
        return builder;
    }
}
