using System.Text.RegularExpressions;
using CoVR.Construction.Review;
using CoVR.Construction.Work;

namespace CoVR.Construction;

/// <summary>Triplets for people to judge, and a journal beside the work file that keeps their decisions. The stage <see cref="ConstructionStage.Export"/> carries them out.</summary>
/// <remarks>
/// A decision is flushed to the disk before it counts, so that a process that is killed loses none; the journal, one JSON object a line, only grows. Journals of
/// several machines may be joined by appending one to the other. Safe for several threads; one process at a time.
/// </remarks>
public sealed partial class ReviewQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ReviewJournal _journal;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, ConstructedTriplet> _triplets;

    private ReviewQueue(IReadOnlyList<ConstructedTriplet> triplets, ReviewJournal journal, TimeProvider time)
    {
        (Triplets, _journal, _time) = (triplets, journal, time);
        _triplets = triplets.ToDictionary(triplet => triplet.Id, StringComparer.Ordinal);
    }

    /// <summary>The triplets, in an order that is random and always the same, so that a review that is not finished has judged a fair sample.</summary>
    public IReadOnlyList<ConstructedTriplet> Triplets { get; }

    /// <summary>Reads triplets and the journal; the work file is closed again.</summary>
    /// <param name="workFile">The work file, with every stage up to <see cref="ConstructionStage.Split"/>.</param>
    /// <param name="split"><c>train</c>, <c>validation</c> or <c>test</c>; null for all.</param>
    /// <param name="mediaFolder">The folder of the media; null for the one that was collected from.</param>
    /// <param name="time">The clock of decisions; null for the system's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ConstructionException">The work file or the journal is in use, missing, or has no triplets of the split.</exception>
    public static Task<ReviewQueue> OpenAsync(
        string workFile, string? split = "test", string? mediaFolder = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(workFile);
        return Task.Run(
            () =>
            {
                using var file = TripletReader.Open(workFile);
                var triplets = new TripletReader(file, mediaFolder).Read("triplets", split is null ? "true" : $"split = {Sql.Text(split)}", null, cancellationToken);
                return triplets.Count > 0
                    ? new ReviewQueue(triplets, ReviewJournal.Open(ReviewJournal.PathOf(workFile)), time ?? TimeProvider.System)
                    : throw new ConstructionException($"Work file '{workFile}'", $"it has no triplet of the split '{split ?? "any"}'; choose another split, or run 'covr construct' with a share for it.");
            },
            cancellationToken);
    }

    /// <summary>The last decision of a reviewer about a triplet; null if there is none.</summary>
    public ReviewDecision? Find(string triplet, string reviewer)
    {
        lock (_lock)
        {
            return _journal.Log.Find(triplet, reviewer);
        }
    }

    /// <summary>The last decision of every reviewer about every triplet of this queue.</summary>
    public IReadOnlyList<ReviewDecision> GetDecisions()
    {
        lock (_lock)
        {
            return [.. _journal.Log.Decisions.Where(decision => _triplets.ContainsKey(decision.Triplet))];
        }
    }

    /// <summary>Keeps a decision.</summary>
    /// <param name="decision">The decision; its text is trimmed and its time set.</param>
    /// <returns>What was kept, on the disk.</returns>
    /// <exception cref="ArgumentException">The triplet is not in the queue, the reviewer's name is not allowed, or the text is missing, too long or not for this verdict.</exception>
    /// <exception cref="ConstructionException">It cannot be written, and does not count.</exception>
    public ReviewDecision Decide(ReviewDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        RequireReviewer(decision.Reviewer);
        if (!_triplets.ContainsKey(decision.Triplet))
        {
            throw new ArgumentException($"The triplet '{decision.Triplet}' is not in this review.", nameof(decision));
        }

        var text = decision.Text is null ? null : Blanks().Replace(decision.Text, " ").Trim();
        if (decision.Verdict == ReviewVerdict.Keep ? text is not { Length: > 0 and <= ReviewDecision.MaxLength } : text is not null)
        {
            throw new ArgumentException($"A triplet that is kept needs a text of 1 to {ReviewDecision.MaxLength} characters, and no other has one.", nameof(decision));
        }

        lock (_lock)
        {
            var entry = new ReviewEntry(decision.Reviewer, _time.GetUtcNow()) { Triplet = decision.Triplet, Verdict = decision.Verdict, Text = text, Flagged = decision.IsFlagged };
            _journal.Append(entry);
            return decision with { Text = text, Time = entry.Time };
        }
    }

    /// <summary>Takes back the last decision of a reviewer that was not taken back yet; the one before counts again.</summary>
    /// <returns>What was taken back; null if there is nothing more.</returns>
    /// <exception cref="ArgumentException">The reviewer's name is not allowed.</exception>
    /// <exception cref="ConstructionException">It cannot be written, and does not count.</exception>
    public ReviewDecision? Undo(string reviewer)
    {
        RequireReviewer(reviewer);
        lock (_lock)
        {
            var last = _journal.Log.LastOf(reviewer);
            if (last is not null)
            {
                _journal.Append(new ReviewEntry(reviewer, _time.GetUtcNow()) { Undo = true });
            }

            return last;
        }
    }

    /// <summary>How far the reviewers agree, each with each.</summary>
    public IReadOnlyList<ReviewAgreement> Compare() => Agreement.Compare(_triplets, GetDecisions());

    /// <summary>Closes the journal.</summary>
    public void Dispose() => _journal.Dispose();

    private static void RequireReviewer(string reviewer)
    {
        if (!ReviewerNames().IsMatch(reviewer))
        {
            throw new ArgumentException("The name of a reviewer has 1 to 64 letters, digits, blanks and . - _ @ '", nameof(reviewer));
        }
    }

    [GeneratedRegex(@"\A[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} .@'_-]{0,62}[\p{L}\p{M}\p{N}.@'_-])?\z")]
    private static partial Regex ReviewerNames();

    [GeneratedRegex(@"[\s\p{C}]+")]
    private static partial Regex Blanks();
}
