namespace CoVR.Training;

/// <summary>Keeps all records, for programs that draw or check them.</summary>
public sealed class InMemoryRunLogger : IRunLogger
{
    private readonly List<StepRecord> _steps = [];
    private readonly List<EpochRecord> _epochs = [];

    /// <summary>The steps in their order.</summary>
    public IReadOnlyList<StepRecord> Steps => _steps;

    /// <summary>The epochs in their order.</summary>
    public IReadOnlyList<EpochRecord> Epochs => _epochs;

    /// <inheritdoc/>
    public void Start(long step)
    {
        _steps.RemoveAll(record => record.Step > step);
        _epochs.RemoveAll(record => record.Step > step);
    }

    /// <inheritdoc/>
    public void LogStep(StepRecord record) => _steps.Add(record);

    /// <inheritdoc/>
    public void LogEpoch(EpochRecord record) => _epochs.Add(record);
}
