using CoVR.Checkpoints;
using CoVR.Downloads;
using CoVR.Embedding;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Retrieval;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoVR.DependencyInjection;

/// <summary>Fills the slots of a new pipeline that the host leaves open.</summary>
internal static class PipelineDefaults
{
    public static void Add(ICoVRBuilder builder)
    {
        AddOptions<MediaOptions>(builder);
        AddOptions<CoVROptions>(builder);
        AddOptions<CheckpointOptions>(builder);
        AddCheckpoints(builder);
        AddMedia(builder);
        AddRetrieval(builder);
        AddWork(builder);
    }

    private static void AddOptions<T>(ICoVRBuilder builder)
        where T : class
    {
        builder.Services.AddOptions<T>(builder.Name).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<T>>(new WholeOptionsValidator<T>(builder.Name));
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
        .TryUse((services, name) => ImageTransforms.Evaluation(PipelineParts.ModelOf(services, name).Description.Image));

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
        .TryUse((_, _) => QueryCombiners.Corrected())
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
            services.GetService<ILogger<IEmbeddingJob>>()))
        .TryUse((services, name) => new Evaluator(
            Pipeline(services, name), services.GetRequiredService<TimeProvider>(), services.GetService<ILogger<Evaluator>>()));

    private static IPipelineProvider Pipeline(IServiceProvider services, string name) =>
        services.GetRequiredKeyedService<IPipelineProvider>(name);

    private static T OptionsOf<T>(IServiceProvider services, string name)
        where T : class => services.GetRequiredService<IOptionsMonitor<T>>().Get(name);
}
