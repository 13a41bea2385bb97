using CoVR;
using CoVR.Checkpoints;
using CoVR.Data;
using CoVR.DependencyInjection;
using CoVR.Embedding;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Storage;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Fills the retrieval slots of a pipeline: gallery, similarity, frames, pooling, options.</summary>
public static class CoVRRetrievalBuilderExtensions
{
    /// <summary>Keeps the gallery in a folder; without this call it is kept in memory.</summary>
    /// <remarks>
    /// A worker of a sharded job (<see cref="EmbeddingOptions.Shard"/>) writes a segment of its own into the folder. In a pipeline without data set,
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

    /// <summary>Keeps the gallery wherever a factory opens it.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="open">Opens the gallery for embeddings of a fingerprint; called at its first use, when the model is loaded. The container disposes the gallery.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseGallery(this ICoVRBuilder builder, Func<IServiceProvider, EmbeddingFingerprint, IGallery> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        return builder.Use((services, name) => PipelineParts.Defer(services, name, fingerprint => open(services, fingerprint)));
    }

    /// <summary>Sets how queries and candidates are compared; mean-pooled dot product without this call.</summary>
    /// <typeparam name="T">The similarity.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseSimilarity<T>(this ICoVRBuilder builder)
        where T : class, ISimilarity => builder.Use<ISimilarity>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Sets how the stored frames of a gallery item become one; their mean without this call.</summary>
    /// <typeparam name="T">The pooling.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseFramePooling<T>(this ICoVRBuilder builder)
        where T : class, IFramePooling => builder.Use<IFramePooling>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Sets which frames of gallery items are embedded; 15 at equal distances without this call.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="sampler">The sampler; its name becomes part of the fingerprint.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseFrameSampler(this ICoVRBuilder builder, IFrameSampler sampler)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        return builder.Use<IFrameSampler>((_, _) => sampler);
    }

    /// <summary>Sets which frames of references are looked at; the middle one without this call.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="sampler">The sampler.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseQueryFrameSampler(this ICoVRBuilder builder, IFrameSampler sampler)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        return builder.Use((_, _) => new QueryFrames(sampler));
    }

    /// <summary>Sets the transform from frames to pixels; the model's own without this call.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Makes the transform for the pictures that the model was trained on.</param>
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

    /// <summary>What is in a pipeline without data set is somebody's own.</summary>
    internal static ICoVRBuilder ReadPicturesAsSeen(this ICoVRBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.PostConfigure<MediaOptions>(builder.Name, media => media.Pictures ??= HasDataset(builder) ? PictureReading.AsPillow : PictureReading.AsSeen);
        return builder;
    }

    private static bool HasDataset(ICoVRBuilder builder) =>
        builder.Services.Any(service => service.ServiceType == typeof(ITripletDatasetReader) && builder.Name.Equals(service.ServiceKey));

    /// <summary>The default of <see cref="UseTransform"/>.</summary>
    internal static ICoVRBuilder UseTransformIfNone(this ICoVRBuilder builder, Func<IServiceProvider, ImageInput, IImageTransform> factory) =>
        builder.TryUse((services, name) => factory(services, PipelineParts.ModelOf(services, name).Description.Image));
}
