using CoVR;
using CoVR.Losses;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Training;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds training to a pipeline.</summary>
public static class TrainingCoVRBuilderExtensions
{
    /// <summary>Registers <see cref="Trainer"/>, <see cref="ComposedTrainer"/> and <see cref="RunLoggerCatalog"/> of this pipeline, and checks the options at start.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Changes the options; calls accumulate.</param>
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
            .TryUse((services, name) => new Trainer(Options(services, name), services.GetService<ILogger<Trainer>>(), services.GetService<TimeProvider>()))
            .TryUse((services, name) => new RunLoggerCatalog(services.GetKeyedServices<RunLoggerRegistration>(name)))
            .TryUse((services, name) => new ComposedTrainer(
                cancellationToken => PartsAsync(services, name, cancellationToken), Options(services, name), services.GetRequiredKeyedService<Trainer>(name)));
    }

    /// <summary>Sets the transform from reference frames to pixels in training; the reference's augmentation (<see cref="TrainingTransform"/>) without this call.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Makes the transform for the pictures that the model reads.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseTrainingTransform(this ICoVRBuilder builder, Func<IServiceProvider, ImageInput, IImageTransform> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Use((services, name) => new ReferenceTransform(input => factory(services, input)));
    }

    /// <summary>Adds a logger that can be asked for by name (<see cref="RunLoggerCatalog"/>), as <c>covr train trainer/logger=name</c> does.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="name">Its name; that of another one replaces it.</param>
    /// <param name="factory">Makes a logger for one run.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddRunLogger(this ICoVRBuilder builder, string name, Func<RunLoggerContext, IRunLogger> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Add((_, _) => new RunLoggerRegistration(name, factory));
    }

    private static TrainingOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<TrainingOptions>>().Get(name);

    private static async ValueTask<ComposedTrainerParts> PartsAsync(IServiceProvider services, string name, CancellationToken cancellationToken)
    {
        var model = await Required<IModelProvider>(services, name).GetAsync(cancellationToken).ConfigureAwait(false);
        var image = model.Description.Image;
        return new ComposedTrainerParts(
            model,
            Required<IFrameReader>(services, name),
            services.GetKeyedService<ReferenceTransform>(name)?.Make(image) ?? new TrainingTransform(image),
            Required<IGallery>(services, name),
            [.. services.GetKeyedServices<WeightedLossTerm>(name)])
        {
            Pipeline = Required<IPipelineProvider>(services, name),
            Time = services.GetService<TimeProvider>(),
        };
    }

    private static T Required<T>(IServiceProvider services, string name)
        where T : class => services.GetKeyedService<T>(name) ?? throw new InvalidOperationException(
            $"Training of CoVR pipeline '{name}' needs {typeof(T).Name}, and the pipeline has none.");
}
