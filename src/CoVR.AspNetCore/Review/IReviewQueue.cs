namespace CoVR.AspNetCore.Review;

/// <summary>What the review page shows and where its decisions go. <c>covr construct review</c> hands it the queue of a construction; a host can hand it its own.</summary>
/// <remarks>Implementations are safe for several threads. Their faults are logged, and the page says that nothing was saved.</remarks>
public interface IReviewQueue
{
    /// <summary>The headline.</summary>
    string Title { get; }

    /// <summary>The name under which a visitor decides who gives no other.</summary>
    string DefaultReviewer { get; }

    /// <summary>The items in the order in which they are shown; at least one, and always the same ones.</summary>
    IReadOnlyList<ReviewItem> Items { get; }

    /// <summary>Everybody who has decided something.</summary>
    IReadOnlyCollection<string> Reviewers { get; }

    /// <summary>The decisions of a reviewer, by <see cref="ReviewItem.Id"/>.</summary>
    /// <param name="reviewer">The reviewer's name.</param>
    /// <returns>The last decision of each item that has one.</returns>
    IReadOnlyDictionary<string, ReviewState> GetDecisions(string reviewer);

    /// <summary>Keeps a decision; it must not be lost once the task has ended.</summary>
    /// <param name="item"><see cref="ReviewItem.Id"/>.</param>
    /// <param name="reviewer">The reviewer's name.</param>
    /// <param name="state">The decision.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task.</returns>
    /// <exception cref="ArgumentException">Item, name or text is not allowed; the visitor reads the message.</exception>
    ValueTask DecideAsync(string item, string reviewer, ReviewState state, CancellationToken cancellationToken = default);

    /// <summary>Takes back a reviewer's last decision.</summary>
    /// <param name="reviewer">The reviewer's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The item that it concerned; null if there is nothing to take back.</returns>
    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    ValueTask<string?> UndoAsync(string reviewer, CancellationToken cancellationToken = default);

    /// <summary>How far reviewers agree, each with each.</summary>
    /// <returns>The comparisons; empty for fewer than two reviewers.</returns>
    IReadOnlyList<ReviewComparison> Compare();
}

/// <summary>A triplet to be judged.</summary>
/// <param name="Id">Its identity: letters, digits, hyphens and underscores.</param>
/// <param name="Reference">The file of the reference; other sources cannot be shown.</param>
/// <param name="Target">The file of the target.</param>
/// <param name="Texts">The texts to choose from, at least one; the first counts where nothing is decided. The page has keys for three.</param>
public sealed record ReviewItem(string Id, MediaSource Reference, MediaSource Target, IReadOnlyList<string> Texts)
{
    /// <summary>What the reference shows; null if unknown.</summary>
    public string? ReferenceCaption { get; init; }

    /// <summary>What the target shows; null if unknown.</summary>
    public string? TargetCaption { get; init; }
}

/// <summary>What a reviewer says about an item.</summary>
/// <param name="IsKept">True to keep it with a text, false to discard it, null for nothing yet.</param>
/// <param name="Text">The text of an item that is kept; null otherwise.</param>
/// <param name="IsFlagged">Whether it shall be looked at again.</param>
public sealed record ReviewState(bool? IsKept, string? Text, bool IsFlagged);

/// <summary>How far two reviewers agree about one question.</summary>
/// <param name="Question"><c>verdict</c> (keep or discard), or <c>text</c> (which one, of items that both kept).</param>
/// <param name="ReviewerA">One of them.</param>
/// <param name="ReviewerB">The other.</param>
/// <param name="Compared">Items that both answered.</param>
/// <param name="Agreed">Those that both answered alike.</param>
/// <param name="Kappa">Cohen's kappa, -1 to 1; null where it is not defined.</param>
public sealed record ReviewComparison(string Question, string ReviewerA, string ReviewerB, int Compared, int Agreed, double? Kappa);
