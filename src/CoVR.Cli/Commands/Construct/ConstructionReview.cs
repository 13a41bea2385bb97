using CoVR.AspNetCore.Review;
using CoVR.Construction;

namespace CoVR.Cli.Commands.Construct;

/// <summary>The queue of a construction for the review page.</summary>
/// <param name="queue">The queue; the caller disposes it.</param>
/// <param name="title">The headline.</param>
/// <param name="reviewer">The reviewer if none is named.</param>
internal sealed class ConstructionReview(ReviewQueue queue, string title, string reviewer) : IReviewQueue
{
    public string Title => title;

    public string DefaultReviewer => reviewer;

    public IReadOnlyList<ReviewItem> Items { get; } =
    [
        .. queue.Triplets.Select(triplet => new ReviewItem(triplet.Id, SourceOf(triplet.Reference), SourceOf(triplet.Target), triplet.Candidates)
        {
            ReferenceCaption = triplet.Reference.Caption,
            TargetCaption = triplet.Target.Caption,
        }),
    ];

    public IReadOnlyCollection<string> Reviewers => [.. queue.GetDecisions().Select(decision => decision.Reviewer).Distinct(StringComparer.Ordinal)];

    public IReadOnlyDictionary<string, ReviewState> GetDecisions(string reviewer) => queue.GetDecisions()
        .Where(decision => decision.Reviewer == reviewer)
        .ToDictionary(decision => decision.Triplet, decision => new ReviewState(IsKept(decision.Verdict), decision.Text, decision.IsFlagged), StringComparer.Ordinal);

    public ValueTask DecideAsync(string item, string reviewer, ReviewState state, CancellationToken cancellationToken = default)
    {
        var verdict = state.IsKept switch { true => ReviewVerdict.Keep, false => ReviewVerdict.Discard, null => ReviewVerdict.Undecided };
        queue.Decide(new ReviewDecision(item, reviewer, verdict) { Text = state.Text, IsFlagged = state.IsFlagged });
        return ValueTask.CompletedTask;
    }

    public ValueTask<string?> UndoAsync(string reviewer, CancellationToken cancellationToken = default) => ValueTask.FromResult(queue.Undo(reviewer)?.Triplet);

    public IReadOnlyList<ReviewComparison> Compare() =>
    [
        .. queue.Compare().SelectMany(pair => new[] { ("verdict", pair.Verdicts), ("text", pair.Texts) }
            .Select(question => new ReviewComparison(question.Item1, pair.ReviewerA, pair.ReviewerB, question.Item2.Compared, question.Item2.Agreed, question.Item2.Kappa))),
    ];

    private static MediaSource SourceOf(TripletMedia media) => MediaSource.FromFile(media.Path ?? media.Id);

    private static bool? IsKept(ReviewVerdict verdict) => verdict == ReviewVerdict.Undecided ? null : verdict == ReviewVerdict.Keep;
}
