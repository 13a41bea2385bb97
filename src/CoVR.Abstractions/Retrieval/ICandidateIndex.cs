namespace CoVR;

/// <summary>Finds the items that are most similar to a query.</summary>
/// <remarks>Searching is safe from several threads; adding is not, and not while a search runs.</remarks>
public interface ICandidateIndex
{
    /// <summary>How many items there are.</summary>
    int Count { get; }

    /// <summary>Adds an item.</summary>
    /// <param name="id">Its identity, new to this index.</param>
    /// <param name="item">Its embedding [1, Q, D], or [F, Q, D] where the similarity pools frames.</param>
    /// <exception cref="ArgumentException">The identity is there already, or the shape differs from the first item's.</exception>
    void Add(MediaId id, EmbeddingSet item);

    /// <summary>Finds the best items for each query.</summary>
    /// <param name="queries">Embeddings [1, Q, D].</param>
    /// <param name="options">One for each query.</param>
    /// <returns>For each query its hits, best first; equal scores in the order of adding.</returns>
    IReadOnlyList<IReadOnlyList<SearchHit>> Search(IReadOnlyList<EmbeddingSet> queries, IReadOnlyList<SearchOptions> options);
}
