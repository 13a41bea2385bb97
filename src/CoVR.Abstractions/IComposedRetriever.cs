namespace CoVR;

/// <summary>Answers composed queries from a gallery.</summary>
/// <remarks>Safe for any number of threads; each search sees the gallery as it is when the query has been encoded.</remarks>
public interface IComposedRetriever
{
    /// <summary>Finds the items that best match one query.</summary>
    /// <param name="query">The reference and what to change, or more parts than these two.</param>
    /// <param name="options">The number of hits and which items to consider; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>Hits, best first, with the number of items considered and timings.</returns>
    /// <exception cref="MediaReadException">A picture or video of the query cannot be read.</exception>
    /// <exception cref="QueryException">The query names an item that the gallery does not hold.</exception>
    /// <exception cref="GalleryException">The gallery was embedded by another model.</exception>
    ValueTask<SearchResult> SearchAsync(ComposedQuery query, SearchOptions? options = null, CancellationToken cancellationToken = default);
}

/// <summary>Makes one embedding of a query of several parts. A query of one reference, one text, or both never gets here: the model embeds it as the papers do.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IQueryCombiner
{
    /// <summary>The name used in reports.</summary>
    string Name { get; }

    /// <summary>Combines the parts of a query.</summary>
    /// <param name="query">The query, with its earlier turns.</param>
    /// <param name="embed">
    /// Embeds queries of at most one picture, video or item and one text, all wanted with weight 1: for each [1, Q, D] with unit rows, where Q is 1 or that of the
    /// gallery. Give it all of them at once: the media are read and encoded once per call.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>[1, Q, D], finite, not all zero; the same numbers for the same query.</returns>
    /// <exception cref="QueryException">The parts leave nothing to look for.</exception>
    ValueTask<EmbeddingSet> CombineAsync(
        ComposedQuery query, Func<IReadOnlyList<ComposedQuery>, CancellationToken, Task<IReadOnlyList<EmbeddingSet>>> embed, CancellationToken cancellationToken);
}
