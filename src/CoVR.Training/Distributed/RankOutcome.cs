namespace CoVR.Training;

/// <summary>How a start of several ranks ended.</summary>
/// <param name="ExitCode">mpirun's: 0 when every rank ended well, else that of the rank that failed first, or 128 + the signal that killed it.</param>
/// <param name="FailedRank">The rank that failed first; null when all ended well or mpirun does not say.</param>
/// <param name="Failure">What became of it and how to go on, for people; null when all ended well.</param>
public sealed record RankOutcome(int ExitCode, int? FailedRank, string? Failure)
{
    /// <summary>Whether every rank ended well.</summary>
    public bool Succeeded => ExitCode == 0;
}
