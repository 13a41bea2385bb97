using CoVR;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds training to a pipeline.</summary>
public static class TrainingCoVRBuilderExtensions
{
    /// <summary>Registers <see cref="Trainer"/> and <see cref="RunLoggerCatalog"/> of this pipeline; the options are validated at start.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Changes the options; several calls accumulate.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddTraining(this ICoVRBuilder builder, Action<TrainingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<TrainingOptions>(builder.Name).Configure(configure ?? (_ => { })).ValidateOnStart();
        if (!builder.Services.Any(service => service.ImplementationInstance is TrainingOptionsValidator validator && validator.Pipeline == builder.Name))
        {
            builder.Services.AddSingleton<IValidateOptions<TrainingOptions>>(new TrainingOptionsValidator(builder.Name));
        }

        return builder
            .ConfigureMedia(media => media.Pictures ??= PictureReading.AsPillow)
            .TryUse((services, name) => new RunLoggerCatalog(services.GetKeyedServices<RunLoggerRegistration>(name)))
            .TryUse((services, name) => new Trainer(
                services.GetRequiredService<IOptionsMonitor<TrainingOptions>>().Get(name),
                services.GetService<ILogger<Trainer>>(),
                services.GetService<TimeProvider>(),
                new TrainingPipeline(services, name)));
    }

    /// <summary>Sets the transform from reference frames to pixels in training. Without this call it is the reference's augmentation (<see cref="TrainingTransform"/>).</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Creates the transform for the images that the model reads.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseTrainingTransform(this ICoVRBuilder builder, Func<IServiceProvider, ImageInput, IImageTransform> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Use((services, _) => new ReferenceTransform(input => factory(services, input)));
    }

    /// <summary>Adds a logger that is created by name (<see cref="RunLoggerCatalog"/>), as <c>covr train trainer/logger=name</c> does.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="name">Its name; an existing logger of that name is replaced.</param>
    /// <param name="factory">Creates a logger for one run; called on rank 0 only.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddRunLogger(this ICoVRBuilder builder, string name, Func<RunLoggerContext, IRunLogger> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Add((_, _) => new RunLoggerRegistration(name, factory));
    }
}
