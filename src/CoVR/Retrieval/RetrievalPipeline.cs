using CoVR.Embedding;
using CoVR.Evaluation;
using CoVR.Modeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoVR.Retrieval;

/// <summary>The parts of one pipeline, chosen by <c>AddCoVR</c> (<see cref="Evaluator.GetPipelineAsync"/>) or assembled by hand.</summary>
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

    /// <summary>Makes one embedding of a query of several parts.</summary>
    /// <value><see cref="QueryCombiners.Corrected"/> with its defaults.</value>
    public IQueryCombiner Combiner { get; init; } = QueryCombiners.Corrected();

    /// <summary>Scores the best hits of a search again; null if nothing does.</summary>
    public IReranker? Reranker { get; init; }

    /// <summary>How many of the best hits are scored again.</summary>
    /// <value>20 by default.</value>
    public int RerankedHits { get; init; } = 20;

    /// <summary>The difference between the first two scores from which on nothing is reranked.</summary>
    /// <value>Null by default: the reranker's own.</value>
    public float? ConfidentMargin { get; init; }

    /// <summary>Reranks the best hits of a first pass; what every search of this pipeline does. Safe for use from several threads.</summary>
    /// <param name="query">The query.</param>
    /// <param name="first">The result of the first pass, from rank 1 on.</param>
    /// <param name="locate">Finds the picture or video of a hit; null for the files that the gallery names.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The same hits, the first <see cref="RerankedHits"/> of them in a new order; the same result without a reranker, or if the first pass was sure.</returns>
    /// <exception cref="MediaReadException">A picture or video of the query cannot be read; a hit that cannot be read is reported in <see cref="SearchResult.RerankFaults"/>.</exception>
    /// <exception cref="InvalidOperationException">The reranker returned another number of scores, or one that is not finite.</exception>
    public Task<SearchResult> RerankAsync(ComposedQuery query, SearchResult first, Func<MediaId, MediaSource?>? locate = null, CancellationToken cancellationToken = default) =>
        new RerankingPass(this).RunAsync(query, first, locate, cancellationToken);

    /// <summary>Creates a job that embeds into <see cref="Gallery"/>; that of a pipeline from <c>AddCoVR</c> is registered as <see cref="IEmbeddingJob"/>.</summary>
    /// <param name="options">Batches, workers, queue; null for the defaults.</param>
    /// <param name="time">The clock of progress; null for the system's.</param>
    /// <param name="logger">Logs failed items; may be null.</param>
    /// <returns>The job.</returns>
    /// <exception cref="OptionsValidationException">The options have faults; it lists all of them.</exception>
    public IEmbeddingJob CreateEmbeddingJob(EmbeddingOptions? options = null, TimeProvider? time = null, ILogger? logger = null) => new EmbeddingJob(this, options, time, logger);

    /// <summary>Embeds pictures and videos as gallery items, without storing them. Safe for use from several threads.</summary>
    /// <param name="items">The pictures and videos.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>For each item [F, Q, D].</returns>
    /// <exception cref="MediaReadException">One cannot be read.</exception>
    public Task<IReadOnlyList<EmbeddingSet>> EmbedItemsAsync(IReadOnlyList<MediaSource> items, CancellationToken cancellationToken = default) =>
        MediaCalls.EmbedItemsAsync(this, items, cancellationToken);

    /// <summary>Embeds queries without searching. Safe for use from several threads.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>For each query [1, Q, D], ready for <see cref="GalleryQuery"/>.</returns>
    /// <exception cref="MediaReadException">A picture or video cannot be read.</exception>
    /// <exception cref="QueryException">An item is not in the gallery.</exception>
    public Task<IReadOnlyList<EmbeddingSet>> EmbedQueriesAsync(IReadOnlyList<ComposedQuery> queries, CancellationToken cancellationToken = default) =>
        new QueryEmbedder(this).EmbedAsync(queries, cancellationToken);

    /// <inheritdoc/>
    ValueTask<RetrievalPipeline> IPipelineProvider.GetAsync(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? ValueTask.FromCanceled<RetrievalPipeline>(cancellationToken)
        : ValueTask.FromResult(this);
}

/// <summary>Provides the parts of a pipeline once its model is loaded. Safe for use from several threads.</summary>
internal interface IPipelineProvider
{
    /// <summary>Loads the model at the first call and assembles the pipeline; a failed attempt is repeated by the next call.</summary>
    ValueTask<RetrievalPipeline> GetAsync(CancellationToken cancellationToken = default);
}
