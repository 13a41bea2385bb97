using CoVR.Construction.Work;

namespace CoVR.Construction.Review;

/// <summary>What one reviewer did.</summary>
internal sealed record ReviewerSummary(string Reviewer, int Kept, int Discarded, DateTimeOffset First, DateTimeOffset Last);

/// <summary>What a review did to the triplets of a work file.</summary>
internal sealed record ReviewSummary
{
    /// <summary>Triplets with a verdict.</summary>
    public required int Judged { get; init; }

    /// <summary>Those that are not exported.</summary>
    public required int Discarded { get; init; }

    /// <summary>Those whose text is another than the first candidate.</summary>
    public required int Reworded { get; init; }

    /// <summary>Those that a reviewer flagged.</summary>
    public required int Flagged { get; init; }

    /// <summary>Judged triplets that the work file does not have any more.</summary>
    public required int Unknown { get; init; }

    /// <summary>Some of those that are not exported.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>Who reviewed, by name.</summary>
    public required IReadOnlyList<ReviewerSummary> Reviewers { get; init; }

    /// <summary>How far they agree.</summary>
    public required IReadOnlyList<ReviewAgreement> Agreement { get; init; }

    /// <summary>Summarizes decisions; their table and the view of triplets are there.</summary>
    public static ReviewSummary Of(WorkFile file, IReadOnlyList<ReviewDecision> decisions, CancellationToken cancellationToken)
    {
        var triplets = decisions.Count == 0 ? [] : new TripletReader(file, null)
            .Read("triplets", $"{ReviewedTriplets.Id} IN (SELECT triplet FROM {ReviewedTriplets.Decisions})", null, cancellationToken)
            .ToDictionary(triplet => triplet.Id, StringComparer.Ordinal);
        var united = decisions.GroupBy(decision => decision.Triplet, StringComparer.Ordinal).Select(group => (Id: group.Key, Result: ReviewedTriplets.Unite(group))).Where(row => row.Result is not null).ToArray();
        var known = united.Where(row => triplets.ContainsKey(row.Id)).Select(row => (Triplet: triplets[row.Id], Result: row.Result!.Value)).ToArray();
        var discarded = known.Where(row => row.Result.Discarded).ToArray();
        return new ReviewSummary
        {
            Judged = known.Length,
            Discarded = discarded.Length,
            Reworded = known.Count(row => row.Result is { Discarded: false, Text: { } text } && text != row.Triplet.Text),
            Flagged = decisions.Where(decision => decision.IsFlagged).Select(decision => decision.Triplet).Distinct(StringComparer.Ordinal).Count(),
            Unknown = united.Length - known.Length,
            Examples = [.. discarded.Take(StageWork.MaxExamples).Select(row => $"{row.Triplet.Reference.Id} / {row.Triplet.Text} / {row.Triplet.Target.Id}")],
            Reviewers =
            [
                .. decisions.Where(decision => decision.Verdict != ReviewVerdict.Undecided).GroupBy(decision => decision.Reviewer, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                    .Select(group => new ReviewerSummary(
                        group.Key, group.Count(decision => decision.Verdict == ReviewVerdict.Keep), group.Count(decision => decision.Verdict == ReviewVerdict.Discard),
                        group.Min(decision => decision.Time), group.Max(decision => decision.Time))),
            ],
            Agreement = Review.Agreement.Compare(triplets, decisions),
        };
    }
}
