using CoVR.Media;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CoVR;

/// <summary>Resolves the parts of a named pipeline.</summary>
internal static class PipelineParts
{
    public static ComposedModel ModelOf(IServiceProvider services, string name) =>
        services.GetKeyedService<ComposedModel>(name) ?? throw new InvalidOperationException(
            $"CoVR pipeline '{name}' has no model. Call UseBlip(...) of the package CoVR.Blip, or UseModel(...), on what AddCoVR({(name.Length == 0 ? "" : $"\"{name}\"")}) returns.");

    /// <summary>The fingerprint of the pipeline's embeddings; videos read in another channel order have another one.</summary>
    public static EmbeddingFingerprint FingerprintOf(IServiceProvider services, string name)
    {
        var frames = services.GetRequiredKeyedService<IFrameSampler>(name).Name;
        var isBgr = services.GetRequiredService<IOptionsMonitor<MediaOptions>>().Get(name).BgrVideos;
        var model = ModelOf(services, name);
        var fingerprint = model.Fingerprint(isBgr ? $"{frames} bgr" : frames);
        return EmbeddingOptionsOf(services, name).Output == EmbeddingOutput.Targets ? fingerprint : OfTokens(fingerprint, ModelCalls.VisualShape(model));
    }

    public static EmbeddingOptions EmbeddingOptionsOf(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<CoVROptions>>().Get(name).Embedding;

    private static EmbeddingFingerprint OfTokens(EmbeddingFingerprint fingerprint, (int Tokens, int Width) shape) => fingerprint with
    {
        Preprocessing = fingerprint.Preprocessing + " all visual tokens",
        Vectors = shape.Tokens,
        Dimensions = shape.Width,
    };

    public static RetrievalPipeline Create(IServiceProvider services, string name) => new()
    {
        Model = ModelOf(services, name),
        FrameReader = services.GetRequiredKeyedService<IFrameReader>(name),
        GalleryReader = services.GetRequiredKeyedService<GalleryFrames>(name).Reader,
        Transform = services.GetRequiredKeyedService<IImageTransform>(name),
        GallerySampler = services.GetRequiredKeyedService<IFrameSampler>(name),
        QuerySampler = services.GetRequiredKeyedService<QueryFrames>(name).Sampler,
        Pooling = services.GetRequiredKeyedService<IFramePooling>(name),
        Store = services.GetRequiredKeyedService<IEmbeddingStore>(name),
        Index = services.GetRequiredKeyedService<ICandidateIndex>(name),
    };
}
