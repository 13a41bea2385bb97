using CoVR.Embedding;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Retrieval;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CoVR.DependencyInjection;

/// <summary>Resolves the parts of a named pipeline.</summary>
internal static class PipelineParts
{
    public static IModelProvider ModelProviderOf(IServiceProvider services, string name) =>
        services.GetKeyedService<IModelProvider>(name) ?? throw new InvalidOperationException(
            $"CoVR pipeline '{name}' has no model. Call UseBlip(...) of the package CoVR.Blip, or UseModel(...), on the builder that AddCoVR({(name.Length == 0 ? "" : $"\"{name}\"")}) returns.");

    /// <summary>The model of a pipeline, for parts that are made after it is loaded.</summary>
    public static ComposedModel ModelOf(IServiceProvider services, string name)
    {
        var model = ModelProviderOf(services, name).GetAsync();
        return model.IsCompletedSuccessfully ? model.Result : throw new InvalidOperationException(
            $"The model of CoVR pipeline '{name}' is not loaded yet: await {nameof(IModelProvider)}.{nameof(IModelProvider.GetAsync)} before asking for parts that depend on it.");
    }

    /// <summary>The fingerprint of the pipeline's embeddings; pictures read as seen and videos read in another channel order have others.</summary>
    public static EmbeddingFingerprint FingerprintOf(IServiceProvider services, string name)
    {
        var frames = services.GetRequiredKeyedService<IFrameSampler>(name).Name;
        var media = services.GetRequiredService<IOptionsMonitor<MediaOptions>>().Get(name);
        var model = ModelOf(services, name);
        var fingerprint = model.Fingerprint($"{frames}{(media.BgrVideos ? " bgr" : "")}{(media.Pictures == PictureReading.AsSeen ? ", pictures as seen" : "")}");
        return EmbeddingOptionsOf(services, name).StoresVisualTokens ? OfTokens(fingerprint, ModelCalls.VisualShape(model)) : fingerprint;
    }

    public static EmbeddingOptions EmbeddingOptionsOf(IServiceProvider services, string name) =>
        OptionsOf(services, name).Embedding;

    /// <summary>A gallery that is opened when the model is loaded, whose weights are part of the fingerprint.</summary>
    public static IGallery Defer(IServiceProvider services, string name, Func<EmbeddingFingerprint, IGallery> open) => new DeferredGallery(async cancellationToken =>
    {
        await ModelProviderOf(services, name).GetAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => open(FingerprintOf(services, name)), cancellationToken).ConfigureAwait(false);
    });

    private static EmbeddingFingerprint OfTokens(EmbeddingFingerprint fingerprint, (int Tokens, int Width) shape) => fingerprint with
    {
        Preprocessing = fingerprint.Preprocessing + " all visual tokens",
        Vectors = shape.Tokens,
        Dimensions = shape.Width,
    };

    public static RetrievalPipeline Create(IServiceProvider services, string name, ComposedModel model) => new()
    {
        Model = model,
        FrameReader = services.GetRequiredKeyedService<IFrameReader>(name),
        GalleryReader = services.GetRequiredKeyedService<GalleryFrames>(name).Reader,
        Transform = services.GetRequiredKeyedService<IImageTransform>(name),
        GallerySampler = services.GetRequiredKeyedService<IFrameSampler>(name),
        QuerySampler = services.GetRequiredKeyedService<QueryFrames>(name).Sampler,
        Pooling = services.GetRequiredKeyedService<IFramePooling>(name),
        Gallery = services.GetRequiredKeyedService<IGallery>(name),
        Combiner = services.GetRequiredKeyedService<IQueryCombiner>(name),
        Reranker = services.GetKeyedService<IReranker>(name),
        RerankedHits = OptionsOf(services, name).RerankedHits,
        ConfidentMargin = OptionsOf(services, name).ConfidentMargin,
    };

    private static CoVROptions OptionsOf(IServiceProvider services, string name) => services.GetRequiredService<IOptionsMonitor<CoVROptions>>().Get(name);
}

/// <summary>The slot of the sampler for references, beside the slot of the gallery's <see cref="IFrameSampler"/>.</summary>
/// <param name="Sampler">Chooses the frames.</param>
internal sealed record QueryFrames(IFrameSampler Sampler);

/// <summary>The slot of the reader of gallery items, beside the slot of the <see cref="IFrameReader"/> of references.</summary>
/// <param name="Reader">Reads the frames.</param>
internal sealed record GalleryFrames(IFrameReader Reader);

/// <summary>The builder that <c>AddCoVR</c> returns.</summary>
internal sealed record CoVRBuilder(IServiceCollection Services, string Name) : ICoVRBuilder;
