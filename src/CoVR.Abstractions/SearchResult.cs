namespace CoVR;

/// <summary>The answer to one query.</summary>
/// <param name="Hits">The best items, best first.</param>
/// <param name="Candidates">How many items counted: those that pass the filter and are not excluded.</param>
public sealed record SearchResult(IReadOnlyList<SearchHit> Hits, long Candidates)
{
    /// <summary>Whether the hits are the true best ones; false when an approximate index chose them.</summary>
    public bool IsExact { get; init; } = true;

    /// <summary>How long the parts of the search took.</summary>
    public SearchTimings Timings { get; init; }
}

/// <summary>One answer of a search.</summary>
/// <param name="Id">The item.</param>
/// <param name="Score">Its similarity to the query; higher is better, the range depends on the similarity.</param>
/// <param name="Rank">Its place, counted from 1.</param>
public sealed record SearchHit(MediaId Id, float Score, int Rank)
{
    /// <summary>The time of the frame that is most similar to the query; null for pictures and where frame times are unknown.</summary>
    public TimeSpan? Moment { get; init; }
}

/// <summary>How long the parts of a search took.</summary>
/// <param name="Reading">Decoding the reference.</param>
/// <param name="Encoding">Computing the query's embedding, waiting for the model included.</param>
/// <param name="Searching">Ranking the gallery.</param>
public readonly record struct SearchTimings(TimeSpan Reading, TimeSpan Encoding, TimeSpan Searching);
