using CoVR.Blip2;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Brings BLIP-2 into a pipeline.</summary>
public static class Blip2BuilderExtensions
{
    /// <summary>
    /// Fills the model slot with BLIP-2. It is made when it is first needed; the options are checked at the host's start.
    /// A visual encoder, text encoder or fusion of the host (<c>UseVisualEncoder</c>, <c>UseFusion</c>) replaces BLIP-2's own.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseBlip2(this ICoVRBuilder builder, Action<Blip2Options> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<Blip2Options>, Blip2Family>());
        builder.Services.AddOptions<Blip2Options>(builder.Name).Configure(configure).ValidateOnStart();
        return builder.UseModel(CreateAsync);
    }

    // Away from the caller's thread: weights are large.
    private static ValueTask<ComposedModel> CreateAsync(IServiceProvider services, string name, CancellationToken cancellationToken) => new(Task.Run(
        () => Blip2Model.CreateAsync(
            services.GetRequiredService<IOptionsMonitor<Blip2Options>>().Get(name),
            ComposedModelParts.Of(services, name),
            services.GetService<ILoggerFactory>()?.CreateLogger(typeof(Blip2Model).FullName!),
            cancellationToken).AsTask(),
        cancellationToken));
}
