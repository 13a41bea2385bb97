namespace CoVR;

/// <summary>Counts the outcomes of a job.</summary>
internal sealed class EmbeddingTally(long total, TimeProvider time, IProgress<JobProgress>? progress)
{
    private readonly long _start = time.GetTimestamp();

    public long Done { get; private set; }

    public long Failed { get; private set; }

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public EmbedOutcome Count(EmbedOutcome outcome)
    {
        Done++;
        Failed += outcome.Status == EmbedStatus.Failed ? 1 : 0;
        CoVRDiagnostics.EmbeddedItems.Add(1, KeyValuePair.Create("covr.embedding.status", (object?)outcome.Status.ToString()));
        return outcome;
    }

    public void Report() => progress?.Report(new JobProgress(Done, total, Failed, Elapsed));
}
