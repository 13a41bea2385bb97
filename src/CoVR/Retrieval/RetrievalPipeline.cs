using CoVR.Modeling;

namespace CoVR;

/// <summary>The parts of one pipeline, chosen by <c>AddCoVR</c> or put together by hand.</summary>
public sealed class RetrievalPipeline
{
    /// <summary>The loaded model.</summary>
    public required ComposedModel Model { get; init; }

    /// <summary>Reads the pictures and videos of references, and of gallery items unless <see cref="GalleryReader"/> does.</summary>
    public required IFrameReader FrameReader { get; init; }

    /// <summary>Reads gallery items when they are read otherwise than references: the reference embeds videos in BGR and looks at references in RGB.</summary>
    /// <value>Null by default: <see cref="FrameReader"/> reads both.</value>
    public IFrameReader? GalleryReader { get; init; }

    /// <summary>Turns frames into the model's pixels.</summary>
    public required IImageTransform Transform { get; init; }

    /// <summary>Chooses the frames of gallery items.</summary>
    public required IFrameSampler GallerySampler { get; init; }

    /// <summary>Chooses the frames of references; the vectors of several frames are averaged and made unit length again.</summary>
    public required IFrameSampler QuerySampler { get; init; }

    /// <summary>Makes one frame of a gallery item's stored frames.</summary>
    public required IFramePooling Pooling { get; init; }

    /// <summary>Keeps the gallery's embeddings.</summary>
    public required IEmbeddingStore Store { get; init; }

    /// <summary>Searches the gallery; filled from <see cref="Store"/> at the first search unless it holds items already.</summary>
    public required ICandidateIndex Index { get; init; }
}
