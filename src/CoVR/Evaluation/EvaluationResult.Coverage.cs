namespace CoVR.Evaluation;

public sealed partial record EvaluationResult
{
    /// <summary>How much of a data set was available. Items that its reader left out because media are missing count as part of the data set.</summary>
    /// <param name="QueriesScored">Queries that were ranked.</param>
    /// <param name="Queries">Queries of the data set.</param>
    /// <param name="TargetsPresent">Distinct correct answers of the ranked queries that are in the gallery; a query whose answer is absent counts as not found.</param>
    /// <param name="Targets">Distinct correct answers of the data set; 0 if they are hidden.</param>
    /// <param name="CandidatesPresent">Candidates in the gallery.</param>
    /// <param name="Candidates">Candidates of the data set.</param>
    /// <param name="Missing">The first few missing identities, candidates and references, for messages.</param>
    public sealed record EvaluationCoverage(
        int QueriesScored,
        int Queries,
        int TargetsPresent,
        int Targets,
        int CandidatesPresent,
        int Candidates,
        IReadOnlyList<string> Missing)
    {
        /// <summary>Whether nothing was missing.</summary>
        public bool IsComplete => QueriesScored == Queries && TargetsPresent == Targets && CandidatesPresent == Candidates;

        /// <summary>One sentence, for reports.</summary>
        /// <returns>For example <c>400 of 400 queries, 400 of 400 targets, 1156 of 1156 candidates</c>.</returns>
        public string Describe() =>
            FormattableString.Invariant($"{QueriesScored} of {Queries} queries, {TargetsPresent} of {Targets} targets, {CandidatesPresent} of {Candidates} candidates");
    }
}
