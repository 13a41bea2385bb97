using CoVR;
using CoVR.Checkpoints;
using CoVR.DependencyInjection;
using CoVR.Downloads;
using CoVR.Embedding;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Retrieval;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The entry point: adds a retrieval pipeline to a host's services.</summary>
public static class CoVRServiceCollectionExtensions
{
    /// <summary>Adds a pipeline with defaults for everything but the model.</summary>
    /// <remarks>
    /// <para>Resolve <see cref="IComposedRetriever"/> to search, <see cref="IEmbeddingJob"/> to embed a gallery and
    /// <see cref="Evaluator"/> to score a model: unkeyed for the pipeline without a name, else keyed by it. Nothing heavy
    /// happens when they are resolved; the model is loaded when it is first needed. Calling this again with the same name
    /// returns the same pipeline.</para>
    /// <para>Options (<see cref="CoVROptions"/>) are validated at the start of the host, or when a service is first resolved.</para>
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The pipeline's name, which is the key of its services; empty for the default pipeline.</param>
    /// <returns>The builder that <c>Use…</c> and <c>Add…</c> methods extend.</returns>
    public static ICoVRBuilder AddCoVR(this IServiceCollection services, string name = "")
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        var builder = new CoVRBuilder(services, name);
        if (services.Any(service => service.ServiceType == typeof(CoVRBuilder) && name.Equals(service.ServiceKey)))
        {
            return builder;
        }

        services.AddKeyedSingleton(name, builder);
        services.TryAddSingleton(TimeProvider.System);
        AddOptions<MediaOptions>(services, name);
        AddOptions<CoVROptions>(services, name);
        AddOptions<CheckpointOptions>(services, name);
        AddCheckpoints(builder);
        AddMedia(builder);
        AddRetrieval(builder);
        AddWork(builder);
        return builder;
    }

    private static void AddOptions<T>(IServiceCollection services, string name)
        where T : class
    {
        services.AddOptions<T>(name).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new WholeOptionsValidator<T>(name));
    }

    // All pipelines share one downloader.
    private static void AddCheckpoints(ICoVRBuilder builder)
    {
        builder.Services.TryAddSingleton(services => new Downloader(null, services.GetRequiredService<TimeProvider>(), services.GetService<ILogger<Downloader>>()));
        builder.TryUse<ICheckpointResolver>((services, name) => new CheckpointResolver(
            OptionsOf<CheckpointOptions>(services, name),
            services.GetRequiredService<Downloader>(),
            services.GetService<ILogger<CheckpointResolver>>()));
    }

    private static void AddMedia(ICoVRBuilder builder) => builder
        .TryUse<IImageDecoder>((services, name) => MediaFrameReader.CreateImageDecoder(OptionsOf<MediaOptions>(services, name)))
        .TryUse<IFrameReader>((services, name) => Reader(services, name, bgrVideos: false))
        .TryUse((services, name) => new GalleryFrames(
            OptionsOf<MediaOptions>(services, name).BgrVideos && services.GetRequiredKeyedService<IFrameReader>(name) is MediaFrameReader
                ? Reader(services, name, bgrVideos: true)
                : services.GetRequiredKeyedService<IFrameReader>(name)))
        .TryUse<IFrameSampler>((_, _) => FrameSamplers.UniformSegments(15))
        .TryUse((_, _) => new QueryFrames(FrameSamplers.Middle))
        .UseTransformIfNone((_, input) => ImageTransforms.Evaluation(input));

    private static MediaFrameReader Reader(IServiceProvider services, string name, bool bgrVideos)
    {
        var options = OptionsOf<MediaOptions>(services, name);
        return new MediaFrameReader(
            services.GetRequiredKeyedService<IImageDecoder>(name),
            new MediaOptions
            {
                FfmpegPath = options.FfmpegPath,
                FfprobePath = options.FfprobePath,
                Timeout = options.Timeout,
                MaxPixels = options.MaxPixels,
                Pictures = options.Pictures,
                BgrVideos = bgrVideos,
            },
            services.GetService<ILogger<MediaFrameReader>>());
    }

    private static void AddRetrieval(ICoVRBuilder builder) => builder
        .TryUse<ISimilarity>((_, _) => Similarities.MeanPooled)
        .TryUse<IFramePooling>((_, _) => FramePoolings.Mean)
        .TryUse((services, name) => PipelineParts.Defer(services, name, fingerprint => new MemoryGallery(
            fingerprint, services.GetRequiredKeyedService<ISimilarity>(name), services.GetRequiredKeyedService<IFramePooling>(name))))
        .TryUse<IPipelineProvider>((services, name) => new PipelineProvider(services, name));

    private static void AddWork(ICoVRBuilder builder) => builder
        .TryUse<IComposedRetriever>((services, name) => new ComposedRetriever(
            Pipeline(services, name),
            OptionsOf<CoVROptions>(services, name).ConcurrentQueries,
            services.GetRequiredService<TimeProvider>()))
        .TryUse<IEmbeddingJob>((services, name) => new EmbeddingJob(
            Pipeline(services, name),
            OptionsOf<CoVROptions>(services, name).Embedding,
            services.GetRequiredService<TimeProvider>(),
            services.GetService<ILogger<EmbeddingJob>>()))
        .TryUse((services, name) => new Evaluator(
            Pipeline(services, name), services.GetRequiredService<TimeProvider>(), services.GetService<ILogger<Evaluator>>()));

    private static IPipelineProvider Pipeline(IServiceProvider services, string name) =>
        services.GetRequiredKeyedService<IPipelineProvider>(name);

    private static T OptionsOf<T>(IServiceProvider services, string name)
        where T : class => services.GetRequiredService<IOptionsMonitor<T>>().Get(name);
}
