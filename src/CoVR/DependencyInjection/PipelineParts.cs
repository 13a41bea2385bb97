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
        var order = services.GetRequiredService<IOptionsMonitor<MediaOptions>>().Get(name).VideoChannelOrder;
        return ModelOf(services, name).Fingerprint(order == ChannelOrder.Rgb ? frames : $"{frames} {order.ToString().ToLowerInvariant()}");
    }

    public static RetrievalPipeline Create(IServiceProvider services, string name) => new()
    {
        Model = ModelOf(services, name),
        FrameReader = services.GetRequiredKeyedService<IFrameReader>(name),
        Transform = services.GetRequiredKeyedService<IImageTransform>(name),
        GallerySampler = services.GetRequiredKeyedService<IFrameSampler>(name),
        QuerySampler = services.GetRequiredKeyedService<QueryFrames>(name).Sampler,
        Pooling = services.GetRequiredKeyedService<IFramePooling>(name),
        Store = services.GetRequiredKeyedService<IEmbeddingStore>(name),
        Index = services.GetRequiredKeyedService<ICandidateIndex>(name),
    };
}
