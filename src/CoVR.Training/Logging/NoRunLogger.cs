namespace CoVR.Training;

/// <summary>Writes nothing down.</summary>
internal sealed class NoRunLogger : IRunLogger
{
    public static NoRunLogger Instance { get; } = new();

    public void Start(RunStart start)
    {
    }

    public void LogStep(StepRecord record)
    {
    }

    public void LogEpoch(EpochRecord record)
    {
    }
}
