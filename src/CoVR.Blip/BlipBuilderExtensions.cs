using CoVR.Blip;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Brings BLIP into a pipeline.</summary>
public static class BlipBuilderExtensions
{
    /// <summary>
    /// Fills the model slot with BLIP. It is made when it is first needed; the options are checked at the host's start.
    /// A visual encoder, text encoder or fusion of the host (<c>UseVisualEncoder</c>, <c>UseFusion</c>) replaces BLIP's own.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseBlip(this ICoVRBuilder builder, Action<BlipOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BlipOptions>, BlipFamily>());
        builder.Services.AddOptions<BlipOptions>(builder.Name).Configure(configure).ValidateOnStart();
        return builder.UseModel(CreateAsync);
    }

    // Away from the caller's thread: weights are large.
    private static ValueTask<ComposedModel> CreateAsync(IServiceProvider services, string name, CancellationToken cancellationToken) => new(Task.Run(
        () => BlipModel.CreateAsync(
            services.GetRequiredService<IOptionsMonitor<BlipOptions>>().Get(name),
            ComposedModelParts.Of(services, name),
            services.GetService<ILoggerFactory>()?.CreateLogger(typeof(BlipModel).FullName!),
            cancellationToken).AsTask(),
        cancellationToken));
}
