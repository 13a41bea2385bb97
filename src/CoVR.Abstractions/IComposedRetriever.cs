namespace CoVR;

/// <summary>Answers composed queries from a gallery.</summary>
/// <remarks>Safe for any number of threads; each search sees the gallery as it is when the query has been encoded.</remarks>
public interface IComposedRetriever
{
    /// <summary>Finds the items that best match one query.</summary>
    /// <param name="query">The reference and what to change.</param>
    /// <param name="options">How many hits, and which items count; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>Hits, best first, with how many items counted and how long the parts took.</returns>
    /// <exception cref="MediaReadException">The reference cannot be read.</exception>
    /// <exception cref="GalleryException">The gallery was embedded by another model.</exception>
    ValueTask<SearchResult> SearchAsync(ComposedQuery query, SearchOptions? options = null, CancellationToken cancellationToken = default);
}
