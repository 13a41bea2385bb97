using CoVR.PgVector.Storage;

namespace CoVR.PgVector.Search;

/// <summary>How one query is answered, and what was found.</summary>
/// <param name="Query">The query.</param>
/// <param name="Statement">Its statement.</param>
/// <param name="Depth">How many of the best are needed: the hits and those skipped before them.</param>
/// <param name="Considered">The number of items considered, as far as it is known before the search.</param>
/// <param name="Limit">How many candidates are compared in full.</param>
internal sealed record QueryPlan(GalleryQuery Query, SearchStatement Statement, long Depth, long Considered, long Limit)
{
    /// <summary>The index; null to compare all items.</summary>
    public PostgresIndex? Index { get; set; }

    /// <summary>The candidates, best first once all are read.</summary>
    public List<Candidate> Found { get; } = [];

    /// <summary>The number of items considered.</summary>
    public long Candidates { get; set; }

    public bool IsEstimated { get; set; }

    /// <summary>The hits among the candidates, without moments.</summary>
    public IEnumerable<Candidate> Hits => Found.Take((int)Depth).Skip(Query.Options.Offset).TakeWhile(hit => hit.Score >= (Query.Options.MinimumScore ?? float.NegativeInfinity));

    public void CompareAll()
    {
        Index = null;
        Found.Clear();
    }
}

/// <summary>An item compared in full; the best sorts first, equal scores by identity.</summary>
internal sealed record Candidate(Guid Key, MediaId Id, float Score, TimeSpan[] FrameTimes) : IComparable<Candidate>
{
    public int CompareTo(Candidate? other) => other is null ? -1 : other.Score.CompareTo(Score) is var order and not 0 ? order : Id.CompareTo(other.Id);
}
