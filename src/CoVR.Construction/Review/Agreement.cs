namespace CoVR.Construction.Review;

/// <summary>Compares the decisions of reviewers.</summary>
internal static class Agreement
{
    /// <summary>Every pair of reviewers who decided.</summary>
    /// <param name="triplets">The triplets by identity, whose candidates have places.</param>
    /// <param name="decisions">The last decisions.</param>
    public static IReadOnlyList<ReviewAgreement> Compare(IReadOnlyDictionary<string, ConstructedTriplet> triplets, IEnumerable<ReviewDecision> decisions)
    {
        var reviewers = decisions.Where(decision => decision.Verdict != ReviewVerdict.Undecided && triplets.ContainsKey(decision.Triplet))
            .GroupBy(decision => decision.Reviewer, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Decisions: group.ToDictionary(decision => decision.Triplet, StringComparer.Ordinal)))
            .ToArray();
        return [.. reviewers.SelectMany((a, at) => reviewers.Skip(at + 1).Select(b =>
        {
            var both = a.Decisions.Values.Where(decision => b.Decisions.ContainsKey(decision.Triplet)).Select(decision => (A: decision, B: b.Decisions[decision.Triplet])).ToArray();
            var kept = both.Where(pair => pair.A.Verdict == ReviewVerdict.Keep && pair.B.Verdict == ReviewVerdict.Keep);
            return new ReviewAgreement(
                a.Name, b.Name,
                Measure([.. both.Select(pair => ($"{pair.A.Verdict}", $"{pair.B.Verdict}"))]),
                Measure([.. kept.Select(pair => (LabelOf(triplets, pair.A), LabelOf(triplets, pair.B)))]));
        }))];
    }

    /// <summary>Cohen's kappa of pairs of labels.</summary>
    public static AgreementFigures Measure(IReadOnlyList<(string A, string B)> labels)
    {
        var agreed = labels.Count(pair => pair.A == pair.B);
        var (a, b) = (labels.CountBy(pair => pair.A).ToDictionary(), labels.CountBy(pair => pair.B).ToDictionary());
        var (total, byChance) = ((double)labels.Count * labels.Count, a.Sum(label => (double)label.Value * b.GetValueOrDefault(label.Key)));
        return new AgreementFigures(labels.Count, agreed, byChance < total ? (((double)agreed * labels.Count) - byChance) / (total - byChance) : null);
    }

    private static string LabelOf(IReadOnlyDictionary<string, ConstructedTriplet> triplets, ReviewDecision decision) =>
        triplets[decision.Triplet].Candidates.Index().Where(text => text.Item == decision.Text).Select(text => $"{text.Index}").FirstOrDefault() ?? $"own {decision.Text}";
}
