using CoVR.Embedding;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Modeling.Native;
using CoVR.Retrieval;
using TorchSharp;

namespace CoVR.Tests.Fakes;

/// <summary>Puts a pipeline of fakes together.</summary>
public static class FakePipeline
{
    /// <summary>Small pictures without normalisation.</summary>
    public static ModelDescription Description { get; } = new(
        "colours", new ImageInput(2, [0, 0, 0], [1, 1, 1]) { IsBilinear = true }, new TextInput(4, 6, 10), new string('0', 64));

    public static ComposedModel Model(IComposedEncoder? encoder = null)
    {
        NativeTorch.EnsureLoaded();
        var channels = new ChannelTokenizer();
        return new ComposedModel(encoder ?? new ColourEncoder(), channels, channels.Clean, Description, torch.CPU);
    }

    public static RetrievalPipeline Create(IComposedEncoder? encoder = null, IFrameReader? reader = null, IGallery? gallery = null, IFrameSampler? sampler = null)
    {
        var model = Model(encoder);
        sampler ??= new AllFrames();
        return new RetrievalPipeline
        {
            Model = model,
            FrameReader = reader ?? new FakeFrameReader(),
            Transform = ImageTransforms.Evaluation(model.Description.Image),
            GallerySampler = sampler,
            QuerySampler = FrameSamplers.Middle,
            Pooling = FramePoolings.Mean,
            Gallery = gallery ?? new MemoryGallery(model.Fingerprint(sampler.Name)),
        };
    }

    /// <summary>What the embeddings of a pipeline with the default encoder are made with.</summary>
    public static EmbeddingFingerprint Fingerprint => Model().Fingerprint("all");

    /// <summary>One picture of every corner.</summary>
    public static MediaItem[] Corners { get; } =
        [.. Enumerable.Range(0, 8).Select(corner => new MediaItem(ColourEncoder.IdOf(corner), MediaSource.FromFrames([ColourEncoder.Picture(corner)])))];

    /// <summary>A pipeline whose gallery holds one picture of every corner.</summary>
    public static async Task<RetrievalPipeline> WithCornersAsync(IComposedEncoder? encoder = null, IFrameReader? reader = null)
    {
        var pipeline = Create(encoder, reader);
        await new EmbeddingJob(pipeline).EmbedAsync(Corners).CountAsync();
        return pipeline;
    }

    private sealed class AllFrames : IFrameSampler
    {
        public string Name => "all";

        public IReadOnlyList<int> Select(int frameCount) => [.. Enumerable.Range(0, frameCount)];
    }
}
