using CoVR.Modeling;

namespace CoVR.Retrieval;

/// <summary>Provides the parts of a pipeline once its model is loaded; <c>AddCoVR</c> registers one.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public interface IPipelineProvider
{
    /// <summary>Loads the model at the first call and assembles the pipeline; a failed attempt is repeated by the next call.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The pipeline, the same at every call; its parts are owned by their creators.</returns>
    /// <exception cref="InvalidOperationException">The pipeline has no model.</exception>
    /// <exception cref="CheckpointException">The weights cannot be found, downloaded or read, or belong to another model.</exception>
    /// <exception cref="GalleryException">The gallery belongs to another model, or cannot be opened.</exception>
    ValueTask<RetrievalPipeline> GetAsync(CancellationToken cancellationToken = default);
}

/// <summary>The parts of one pipeline, chosen by <c>AddCoVR</c> or assembled by hand. It is its own <see cref="IPipelineProvider"/>.</summary>
public sealed record RetrievalPipeline : IPipelineProvider
{
    /// <summary>The loaded model.</summary>
    public required ComposedModel Model { get; init; }

    /// <summary>Reads the pictures and videos of references, and of gallery items unless <see cref="GalleryReader"/> does.</summary>
    public required IFrameReader FrameReader { get; init; }

    /// <summary>Reads gallery items if they are read differently from references: the Python code embeds videos in BGR and reads references in RGB.</summary>
    /// <value>Null by default: <see cref="FrameReader"/> reads both.</value>
    public IFrameReader? GalleryReader { get; init; }

    /// <summary>Turns frames into the model's pixels.</summary>
    public required IImageTransform Transform { get; init; }

    /// <summary>Chooses the frames of gallery items.</summary>
    public required IFrameSampler GallerySampler { get; init; }

    /// <summary>Chooses the frames of references; the vectors of several frames are averaged and normalized.</summary>
    public required IFrameSampler QuerySampler { get; init; }

    /// <summary>Pools a gallery item's frames during evaluation; a searched gallery has its own pooling.</summary>
    public required IFramePooling Pooling { get; init; }

    /// <summary>Keeps the embeddings and searches them.</summary>
    public required IGallery Gallery { get; init; }

    /// <inheritdoc/>
    ValueTask<RetrievalPipeline> IPipelineProvider.GetAsync(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? ValueTask.FromCanceled<RetrievalPipeline>(cancellationToken)
        : ValueTask.FromResult(this);
}
