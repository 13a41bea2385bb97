using CoVR.AspNetCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what a pipeline's endpoints need.</summary>
public static class WebBuilderExtensions
{
    /// <summary>Adds what <see cref="CoVREndpoints"/> of this pipeline need, and loads its model in the background when the host starts.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options; null for the defaults. Faults are reported together at the start of the host.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddWeb(this ICoVRBuilder builder, Action<CoVRWebOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<CoVRWebOptions>(builder.Name).Configure(configure ?? (_ => { })).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddMcpServer().WithHttpTransport();
        return builder;
    }
}
