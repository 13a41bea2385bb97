using CoVR;
using CoVR.Losses;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Steps;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds training to a pipeline.</summary>
public static class TrainingCoVRBuilderExtensions
{
    /// <summary>Registers the <see cref="Trainer"/> of this pipeline and its run loggers; the options are validated at start.</summary>
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

        builder.Services.PostConfigure<ModelOptions>(
            builder.Name, model => model.Trainable = model.Trainable == TrainableWeights.None ? TrainableWeights.Composed : model.Trainable);
        return builder
            .ConfigureMedia(media => media.Pictures ??= PictureReading.AsPillow)
            .TryUse((services, name) => new RunLoggerCatalog(services.GetKeyedServices<RunLoggerRegistration>(name)))
            .TryUse((services, name) => new Trainer(
                services.GetRequiredService<IOptionsMonitor<TrainingOptions>>().Get(name),
                services.GetService<ILogger<Trainer>>(),
                services.GetService<TimeProvider>(),
                new TrainingPipeline(services, name)));
    }

    /// <summary>Sets the transform from reference frames to pixels in training. Without this call it is the reference's augmentation (<see cref="ImageTransforms.Training"/>).</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Creates the transform for the images that the model reads.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseTrainingTransform(this ICoVRBuilder builder, Func<IServiceProvider, ImageInput, IImageTransform> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Use((services, _) => new ReferenceTransform(input => factory(services, input)));
    }

    /// <summary>Sets the loss that terms apply to their similarities.</summary>
    /// <typeparam name="T">The loss.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseContrastiveLoss<T>(this ICoVRBuilder builder)
        where T : class, IContrastiveLoss => builder.Use<IContrastiveLoss>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Adds a loss term; its constructor may ask for the pipeline's <see cref="IContrastiveLoss"/>.</summary>
    /// <typeparam name="T">The term.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <param name="weight">Its factor in the sum, finite and not negative.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    public static ICoVRBuilder AddLossTerm<T>(this ICoVRBuilder builder, double weight = 1)
        where T : class, ILossTerm
    {
        if (!double.IsFinite(weight) || weight < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "The weight of a loss term must be finite and not negative.");
        }

        return builder.Add((services, name) => new WeightedLossTerm(
            services.GetKeyedService<IContrastiveLoss>(name) is { } loss && TakesLoss(typeof(T))
                ? ActivatorUtilities.CreateInstance<T>(services, loss)
                : ActivatorUtilities.CreateInstance<T>(services),
            weight));
    }

    /// <summary>Adds a logger that <see cref="CreateRunLogger"/> creates by name, as <c>covr train trainer/logger=name</c> does.</summary>
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

    /// <summary>
    /// Creates a run logger by name: <c>none</c>, <c>csv</c>, <c>tensorboard</c>, <c>console</c>, or one that was added with
    /// <see cref="AddRunLogger"/>. <c>docs/logging.md</c> lists their settings.
    /// </summary>
    /// <param name="services">The services of a pipeline with <see cref="AddTraining"/>.</param>
    /// <param name="name">The logger's name; case matters.</param>
    /// <param name="context">Settings and surroundings.</param>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <returns>A logger for one run; <see cref="IRunLogger.Finish"/> closes what it opened.</returns>
    /// <exception cref="ArgumentException">The name is unknown (the message lists the known ones), or the logger's settings are invalid.</exception>
    public static IRunLogger CreateRunLogger(this IServiceProvider services, string name, RunLoggerContext context, string pipeline = "")
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(context);
        return services.GetRequiredKeyedService<RunLoggerCatalog>(pipeline).Create(name, context);
    }

    private static bool TakesLoss(Type term) =>
        term.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(IContrastiveLoss)));
}
