using System.Collections.Frozen;

namespace CoVR;

/// <summary>How many hits a search returns, and which items count.</summary>
public sealed record SearchOptions
{
    /// <summary>The defaults: ten hits among all items.</summary>
    public static SearchOptions Default { get; } = new();

    /// <summary>The largest number of hits.</summary>
    /// <value>10 by default; at least 1.</value>
    public int Top { get; init; } = 10;

    /// <summary>How many of the best hits to skip, for pages of answers; ranks continue.</summary>
    /// <value>0 by default; at least 0.</value>
    public int Offset { get; init; }

    /// <summary>The lowest score of a hit.</summary>
    /// <value>Null by default: no limit.</value>
    public float? MinimumScore { get; init; }

    /// <summary>The items to consider.</summary>
    /// <value>Null by default: all.</value>
    public GalleryFilter? Filter { get; init; }

    /// <summary>Items to exclude, such as the reference itself.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlySet<MediaId> Exclude { get; init; } = FrozenSet<MediaId>.Empty;
}

/// <summary>The answer to one query.</summary>
/// <param name="Hits">The best items, best first.</param>
/// <param name="Candidates">The number of items considered: those that pass the filter and are not excluded.</param>
public sealed record SearchResult(IReadOnlyList<SearchHit> Hits, long Candidates)
{
    /// <summary>Whether the hits are exactly the best ones; false if an approximate index chose them.</summary>
    public bool IsExact { get; init; } = true;

    /// <summary>How many candidates an approximate index or a coarser similarity chose, which were then compared in full; null if all items were.</summary>
    public int? Shortlist { get; init; }

    /// <summary>The share of the exact best items that searches like this one found when it was last measured, in [0, 1]; null if the hits are exact or it was never measured.</summary>
    public double? Recall { get; init; }

    /// <summary>Whether <see cref="Candidates"/> is an estimate, because counting would take longer than the search.</summary>
    public bool CandidatesAreEstimated { get; init; }

    /// <summary>The share of the gallery that was searched, in (0, 1]: below 1 only where a gallery on several servers may answer without those that are down.</summary>
    public double SearchedShare { get; init; } = 1;

    /// <summary>How long the reference took to decode.</summary>
    public TimeSpan ReadingTime { get; init; }

    /// <summary>How long the query's embedding took to compute, including the wait for the model.</summary>
    public TimeSpan EncodingTime { get; init; }

    /// <summary>How long the gallery took to rank.</summary>
    public TimeSpan SearchingTime { get; init; }
}

/// <summary>One hit of a search.</summary>
/// <param name="Id">The item.</param>
/// <param name="Score">Its similarity to the query; higher is better, the range depends on the similarity.</param>
/// <param name="Rank">Its one-based rank.</param>
public sealed record SearchHit(MediaId Id, float Score, int Rank)
{
    /// <summary>The time of the frame that is most similar to the query; null for pictures and if frame times are unknown.</summary>
    public TimeSpan? Moment { get; init; }
}
