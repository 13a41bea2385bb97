namespace CoVR;

/// <summary>Answers composed queries from a gallery.</summary>
/// <remarks>Safe for use from several threads; the gallery is read from the embedding store at the first call.</remarks>
public interface IComposedRetriever
{
    /// <summary>Finds the items that best match one query.</summary>
    /// <param name="query">The reference and what to change.</param>
    /// <param name="options">Number of hits and exclusions; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>Hits, best first.</returns>
    /// <exception cref="MediaReadException">The reference cannot be read.</exception>
    /// <exception cref="EmbeddingStoreException">The gallery was embedded by another model.</exception>
    ValueTask<IReadOnlyList<SearchHit>> SearchAsync(ComposedQuery query, SearchOptions? options = null, CancellationToken cancellationToken = default);
}
