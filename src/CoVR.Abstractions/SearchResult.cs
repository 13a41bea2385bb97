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

    /// <summary>How long the reference took to decode; zero for a query of several parts, of which <see cref="EncodingTime"/> says all.</summary>
    public TimeSpan ReadingTime { get; init; }

    /// <summary>How long the query's embedding took to compute, including the wait for the model.</summary>
    public TimeSpan EncodingTime { get; init; }

    /// <summary>How long the gallery took to rank.</summary>
    public TimeSpan SearchingTime { get; init; }

    /// <summary>How long the reranker took; zero if nothing was reranked.</summary>
    public TimeSpan RerankingTime { get; init; }

    /// <summary>How many candidates the reranker scored: 0 without one, or if the first pass was sure.</summary>
    public int RerankedCandidates { get; init; }

    /// <summary>Why candidates could not be scored by the reranker; they keep the places of the first pass.</summary>
    public IReadOnlyList<CoVRException> RerankFaults { get; init; } = [];
}

/// <summary>One hit of a search.</summary>
/// <param name="Id">The item.</param>
/// <param name="Score">Its similarity to the query; higher is better, the range depends on the similarity.</param>
/// <param name="Rank">Its one-based rank.</param>
public sealed record SearchHit(MediaId Id, float Score, int Rank)
{
    /// <summary>Where in the video the query is answered; null for pictures and if frame times are unknown.</summary>
    public Moment? Moment { get; init; }

    /// <summary>The reranker's score, in a range of its own; hits that have one are ordered by it, and <see cref="Score"/> stays that of the first pass. Null if it was not reranked.</summary>
    public float? RerankScore { get; init; }

    /// <summary>The one-based rank in the first pass; null if it was not reranked.</summary>
    public int? FirstRank { get; init; }
}

/// <summary>The part of a video that answers a query: the frame that is most similar to it, with its neighbours that are nearly as similar.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Best">The time of the most similar frame.</param>
public readonly record struct Moment(TimeSpan Start, TimeSpan End, TimeSpan Best)
{
    private const float NearlyAsSimilar = 0.9f;

    /// <summary>Finds the moment of a video by the scores of its frames.</summary>
    /// <remarks>
    /// From the best frame outwards, frames belong to it while they score at least half way from the worst frame to the best, or 0.9 of the best if that is less. It begins
    /// and ends half way to the frames beside it.
    /// </remarks>
    /// <param name="times">The times of the frames, in any order, at least one.</param>
    /// <param name="scores">The similarity of each frame to the query.</param>
    /// <returns>The moment.</returns>
    /// <exception cref="ArgumentException">There is no frame, or the counts differ.</exception>
    public static Moment Of(IReadOnlyList<TimeSpan> times, IReadOnlyList<float> scores)
    {
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(scores);
        if (times.Count == 0 || times.Count != scores.Count)
        {
            throw new ArgumentException($"{times.Count} frame times and {scores.Count} scores make no moment: give one score for each of at least one frame.", nameof(scores));
        }

        int[] order = [.. Enumerable.Range(0, times.Count).OrderBy(i => times[i])];
        var best = Enumerable.Range(0, order.Length).MaxBy(i => scores[order[i]]);
        var (high, low) = (scores[order[best]], scores.Min());
        var least = Math.Min((high + low) / 2, high - ((1 - NearlyAsSimilar) * Math.Abs(high)));
        var (first, last) = (best, best);
        while (first > 0 && scores[order[first - 1]] >= least)
        {
            first--;
        }

        while (last < order.Length - 1 && scores[order[last + 1]] >= least)
        {
            last++;
        }

        return new Moment(Edge(first, first - 1), Edge(last, last + 1), times[order[best]]);

        // Half way to the frame beside it; at the end of the video as far as on the other side.
        TimeSpan Edge(int frame, int beside)
        {
            var (time, step) = (times[order[frame]], beside - frame);
            var neighbour = beside >= 0 && beside < order.Length ? times[order[beside]]
                : frame - step >= 0 && frame - step < order.Length ? time + (time - times[order[frame - step]])
                : time;
            var edge = time + ((neighbour - time) / 2);
            return edge < TimeSpan.Zero ? TimeSpan.Zero : edge;
        }
    }
}
