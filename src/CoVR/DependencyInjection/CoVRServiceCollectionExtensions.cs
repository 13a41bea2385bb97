using CoVR;
using CoVR.Checkpoints;
using CoVR.Data;
using CoVR.DependencyInjection;
using CoVR.Embedding;
using CoVR.Embedding.Folders;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Retrieval;
using CoVR.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a retrieval pipeline to a host's services and fills its slots: gallery, similarity, frames, pooling, options.</summary>
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
        PipelineDefaults.Add(builder);
        return builder;
    }

    /// <summary>Keeps the gallery in a folder instead of in memory.</summary>
    /// <remarks>
    /// A worker of a sharded job (<see cref="EmbeddingOptions.Shard"/>) writes its own segment into the folder. In a pipeline without data set,
    /// benchmark or training, pictures are read as people see them, unless <see cref="MediaOptions.Pictures"/> says otherwise.
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="directory">The folder; made when the first item is written.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseFolderGallery(this ICoVRBuilder builder, string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return builder.ReadPicturesAsSeen().UseGallery((services, fingerprint) => new FolderGallery(
            directory,
            fingerprint,
            new FolderGalleryOptions
            {
                Segment = PipelineParts.EmbeddingOptionsOf(services, builder.Name).Shard.SegmentName,
                Similarity = services.GetRequiredKeyedService<ISimilarity>(builder.Name),
                Pooling = services.GetRequiredKeyedService<IFramePooling>(builder.Name),
            },
            services.GetService<ILogger<FolderGallery>>()));
    }

    /// <summary>Uses the gallery that a factory opens.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="open">Opens the gallery for embeddings of a fingerprint; called at first use, when the model is loaded. The container disposes the gallery.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseGallery(this ICoVRBuilder builder, Func<IServiceProvider, EmbeddingFingerprint, IGallery> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        return builder.Use((services, name) => PipelineParts.Defer(services, name, fingerprint => open(services, fingerprint)));
    }

    /// <summary>Embeds a folder when the host starts and follows later changes: new, replaced, moved and deleted files.</summary>
    /// <remarks>
    /// If the folder is missing or empty, as an unmounted share is, its items stay in the gallery and a warning is logged.
    /// Pictures are read as for <see cref="UseFolderGallery"/>. If a <c>Func&lt;string, IProgress&lt;JobProgress&gt;&gt;</c> is registered, keyed by the pipeline's name,
    /// it is called with the folder's path and receives the progress.
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="scope">
    /// The first part of the identities, so that several folders share a gallery without mixing; each needs its own. <see cref="GalleryFilter.InFolder"/> of it passes the
    /// folder's items.
    /// </param>
    /// <param name="quiet">How long a file must be left alone before it is embedded; null for 2 seconds.</param>
    /// <param name="rescanEvery">How often the folder is scanned without any reported change; null for 5 minutes.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is not above zero.</exception>
    public static ICoVRBuilder UseWatchedFolder(this ICoVRBuilder builder, string folder, string scope = "", TimeSpan? quiet = null, TimeSpan? rescanEvery = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(scope);
        var (pause, rescan) = (quiet ?? TimeSpan.FromSeconds(2), rescanEvery ?? TimeSpan.FromMinutes(5));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(pause, TimeSpan.Zero, nameof(quiet));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rescan, TimeSpan.Zero, nameof(rescanEvery));
        var (path, name) = (Path.GetFullPath(folder), builder.Name);
        builder.ReadPicturesAsSeen().Services.AddSingleton<IHostedService>(services =>
        {
            var time = services.GetRequiredService<TimeProvider>();
            return new WatchedFolderService(
                path,
                cancellationToken => FolderScan.RunAsync(path, scope, services.GetRequiredKeyedService<IImageDecoder>(name), cancellationToken),
                services.GetKeyedService<IMediaWatcher>(name) ?? new FileSystemMediaWatcher(pause, rescan, time),
                new FolderSynchronizer(services.GetRequiredKeyedService<IGallery>(name), services.GetRequiredKeyedService<IEmbeddingJob>(name), time) { Quiet = pause },
                time,
                services.GetService<ILogger<WatchedFolderService>>() ?? NullLogger<WatchedFolderService>.Instance)
            {
                Progress = services.GetKeyedService<Func<string, IProgress<JobProgress>>>(name)?.Invoke(path),
            };
        });
        return builder;
    }

    /// <summary>Sets how queries and candidates are compared; the mean-pooled dot product by default.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="similarity">The similarity, one of <see cref="Similarities"/> or your own.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseSimilarity(this ICoVRBuilder builder, ISimilarity similarity)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        return builder.Use((_, _) => similarity);
    }

    /// <summary>Sets how the stored frames of a gallery item are pooled; the mean by default.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="pooling">The pooling, one of <see cref="FramePoolings"/> or your own.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseFramePooling(this ICoVRBuilder builder, IFramePooling pooling)
    {
        ArgumentNullException.ThrowIfNull(pooling);
        return builder.Use((_, _) => pooling);
    }

    /// <summary>Sets how queries of several parts become one embedding; <see cref="QueryCombiners.Corrected"/> by default.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="combiner">The combiner, one of <see cref="QueryCombiners"/> or your own.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseQueryCombiner(this ICoVRBuilder builder, IQueryCombiner combiner)
    {
        ArgumentNullException.ThrowIfNull(combiner);
        return builder.Use((_, _) => combiner);
    }

    /// <summary>Lets a reranker score the best hits of every search again; without one, nothing is reranked.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="reranker">The reranker; disposed with the container if it can be.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseReranker(this ICoVRBuilder builder, IReranker reranker)
    {
        ArgumentNullException.ThrowIfNull(reranker);
        return builder.Use((_, _) => reranker);
    }

    /// <summary>Sets which frames of gallery items are embedded; 15 evenly spaced ones by default.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="sampler">The sampler; its name becomes part of the fingerprint.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseFrameSampler(this ICoVRBuilder builder, IFrameSampler sampler)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        return builder.Use<IFrameSampler>((_, _) => sampler);
    }

    /// <summary>Sets which frames of references are encoded; the middle one by default.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="sampler">The sampler.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseQueryFrameSampler(this ICoVRBuilder builder, IFrameSampler sampler)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        return builder.Use((_, _) => new QueryFrames(sampler));
    }

    /// <summary>Sets the transform from frames to pixels; the model's own by default.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Creates the transform for the model's image input.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseTransform(this ICoVRBuilder builder, Func<IServiceProvider, ImageInput, IImageTransform> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Use((services, name) => factory(services, PipelineParts.ModelOf(services, name).Description.Image));
    }

    /// <summary>Changes how pictures and videos are read.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets options; faults are reported as for <see cref="Configure"/>.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder ConfigureMedia(this ICoVRBuilder builder, Action<MediaOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Changes where named weights are looked for and kept.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets options; faults are reported as for <see cref="Configure"/>.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder ConfigureCheckpoints(this ICoVRBuilder builder, Action<CheckpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Changes the options of the pipeline.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets options; faults are reported together at the start of the host, or when the pipeline is first resolved.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder Configure(this ICoVRBuilder builder, Action<CoVROptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>A pipeline without a data set searches a user's own files.</summary>
    internal static ICoVRBuilder ReadPicturesAsSeen(this ICoVRBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.PostConfigure<MediaOptions>(builder.Name, media => media.Pictures ??= HasDataset(builder) ? PictureReading.AsPillow : PictureReading.AsSeen);
        return builder;
    }

    private static bool HasDataset(ICoVRBuilder builder) =>
        builder.Services.Any(service => service.ServiceType == typeof(ITripletDatasetReader) && builder.Name.Equals(service.ServiceKey));
}
