namespace CoVR.Evaluation;

/// <summary>How much of a data set was there. What its reader left out for want of media counts as the data set's.</summary>
/// <param name="QueriesScored">Queries that were ranked.</param>
/// <param name="Queries">Queries of the data set.</param>
/// <param name="TargetsPresent">Different right answers of the ranked queries that are in the gallery; a query without its answer counts as not found.</param>
/// <param name="Targets">Different right answers of the data set; 0 where they are hidden.</param>
/// <param name="CandidatesPresent">Candidates in the gallery.</param>
/// <param name="Candidates">Candidates of the data set.</param>
/// <param name="Missing">The first few identities that are missing, candidates and references, for messages.</param>
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
