using CoVR.Modeling;
using CoVR.Modeling.Families;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a model family to a pipeline.</summary>
public static class ModelFamilyBuilderExtensions
{
    /// <summary>
    /// Fills the model slot with a model of a family. It is loaded when it is first needed, away from the caller's thread; the options are checked at
    /// the host's start. A visual encoder, text encoder or fusion of the host (<c>UseVisualEncoder</c>, <c>UseFusion</c>) replaces the family's own.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="family">The family; replaces one that was used before, with its options.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseModelFamily(this ICoVRBuilder builder, ModelFamily family, Action<ModelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(family);
        ArgumentNullException.ThrowIfNull(configure);
        foreach (var earlier in builder.Services.Where(IsOptionsOf(builder.Name)).ToList())
        {
            builder.Services.Remove(earlier);
        }

        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>());
        builder.Services.AddOptions<ModelOptions>(builder.Name).Configure(configure).ValidateOnStart();
        return builder.Use((_, _) => family).UseModel((services, name, cancellationToken) => new ValueTask<ComposedModel>(Task.Run(
            () => CreateAsync(services, name, cancellationToken), cancellationToken)));
    }

    private static Func<ServiceDescriptor, bool> IsOptionsOf(string pipeline) =>
        service => !service.IsKeyedService && service.ImplementationInstance is ConfigureNamedOptions<ModelOptions> named && named.Name == pipeline;

    private static Task<ComposedModel> CreateAsync(IServiceProvider services, string name, CancellationToken cancellationToken) =>
        services.GetRequiredKeyedService<ModelFamily>(name).CreateAsync(
            services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get(name),
            ComposedModelParts.Of(services, name),
            services.GetService<ILoggerFactory>()?.CreateLogger<ModelFamily>(),
            cancellationToken).AsTask();
}
