using CoVR.Modeling;

namespace CoVR;

/// <summary>Answers composed queries from a gallery.</summary>
/// <remarks>Safe for any number of threads; each search sees the gallery as it is when the query has been encoded.</remarks>
public interface IComposedRetriever
{
    /// <summary>Finds the items that best match one query.</summary>
    /// <param name="query">The reference and what to change.</param>
    /// <param name="options">The number of hits and which items to consider; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>Hits, best first, with the number of items considered and timings.</returns>
    /// <exception cref="MediaReadException">The reference cannot be read.</exception>
    /// <exception cref="GalleryException">The gallery was embedded by another model.</exception>
    ValueTask<SearchResult> SearchAsync(ComposedQuery query, SearchOptions? options = null, CancellationToken cancellationToken = default);
}

/// <summary>A query: a reference picture or video and a text that says what to change.</summary>
/// <remarks>Either may be null; the query then consists of the other.</remarks>
public sealed record ComposedQuery
{
    /// <summary>Creates a query.</summary>
    /// <param name="reference">What to start from; null for a query by text alone.</param>
    /// <param name="modification">The change in plain words; null for a query by reference alone.</param>
    /// <exception cref="ArgumentException">Both are null.</exception>
    public ComposedQuery(MediaSource? reference, string? modification)
    {
        if (reference is null && string.IsNullOrWhiteSpace(modification))
        {
            throw new ArgumentException("A query needs a reference, a modification text, or both.");
        }

        (Reference, Modification) = (reference, string.IsNullOrWhiteSpace(modification) ? null : modification);
    }

    /// <summary>What to start from.</summary>
    public MediaSource? Reference { get; }

    /// <summary>What to change.</summary>
    public string? Modification { get; }

    /// <summary>Which parts the query has.</summary>
    public QueryParts Parts =>
        (Reference is null ? 0 : QueryParts.Reference) | (Modification is null ? 0 : QueryParts.Modification);
}
