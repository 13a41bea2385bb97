using CoVR.Construction.Work;

namespace CoVR.Construction.Review;

/// <summary>Triplets as reviewers left them: without those that were discarded, and with the texts that were chosen.</summary>
/// <param name="file">The work file.</param>
internal sealed class ReviewedTriplets(WorkFile file)
{
    /// <summary>The view over <c>triplets</c>.</summary>
    public const string View = "reviewed";

    /// <summary>The table of what reviewers decided together.</summary>
    public const string Decisions = "decisions";

    /// <summary>The identity of a row of <c>triplets</c>.</summary>
    public const string Id = "left(md5(concat_ws(chr(31), pth1, pth2, txt1, txt2)), 16)";

    /// <summary>
    /// What several reviewers decide together: a triplet is discarded if at least as many discard it as keep it; its text is the one that most of those who
    /// keep it chose, of equally many the one that was chosen first.
    /// </summary>
    /// <returns>Whether it is discarded, and its text; null if not reviewed.</returns>
    public static (bool Discarded, string? Text)? Unite(IEnumerable<ReviewDecision> decisions)
    {
        var all = decisions.Where(decision => decision.Verdict != ReviewVerdict.Undecided).ToArray();
        var kept = all.Where(decision => decision.Verdict == ReviewVerdict.Keep).ToArray();
        return all.Length == 0 ? null
            : 2 * kept.Length <= all.Length ? (true, null)
            : (false, kept.GroupBy(decision => decision.Text).OrderByDescending(group => group.Count()).ThenBy(group => group.Min(decision => decision.Time)).First().Key);
    }

    /// <summary>Writes the table of decisions.</summary>
    public void Write(IEnumerable<ReviewDecision> decisions, CancellationToken cancellationToken)
    {
        file.Execute($"CREATE TABLE {Decisions} (triplet VARCHAR, discarded BOOLEAN, text VARCHAR)", cancellationToken);
        using var rows = file.Append(Decisions);
        foreach (var triplet in decisions.GroupBy(decision => decision.Triplet, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            if (Unite(triplet) is var (discarded, text))
            {
                rows.CreateRow().AppendValue(triplet.Key).AppendValue(discarded).AppendValue(text).EndRow();
            }
        }
    }

    /// <summary>Makes the view, for this connection.</summary>
    public void CreateView(CancellationToken cancellationToken)
    {
        var rows = file.Number($"SELECT count(*) FROM {Decisions}", cancellationToken) == 0
            ? "triplets"
            : $"(SELECT t.* REPLACE (coalesce(d.text, edit) AS edit) FROM triplets t LEFT JOIN {Decisions} d ON d.triplet = {Id} WHERE d.discarded IS NOT TRUE)";
        file.Execute($"CREATE OR REPLACE TEMP VIEW {View} AS SELECT * FROM {rows}", cancellationToken);
    }
}
