namespace CoVR.Training;

/// <summary>Keeps all records, for programs that draw or check them.</summary>
public sealed class InMemoryRunLogger : IRunLogger
{
    private readonly List<StepRecord> _steps = [];
    private readonly List<EpochRecord> _epochs = [];
    private readonly List<(long Step, SkippedItem Item)> _skipped = [];

    /// <summary>The steps in their order.</summary>
    public IReadOnlyList<StepRecord> Steps => _steps;

    /// <summary>The epochs in their order.</summary>
    public IReadOnlyList<EpochRecord> Epochs => _epochs;

    /// <summary>The items that were left out, in their order.</summary>
    public IReadOnlyList<SkippedItem> Skipped => [.. _skipped.Select(record => record.Item)];

    /// <summary>What the run was started with; empty before.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; private set; } = new Dictionary<string, string>();

    /// <summary>How the last process ended; null while it runs.</summary>
    public RunOutcome? Outcome { get; private set; }

    /// <inheritdoc/>
    public void Start(RunStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        (Configuration, Outcome) = (start.Configuration, null);
        _steps.RemoveAll(record => record.Step > start.Step);
        _epochs.RemoveAll(record => record.Epoch >= start.Epoch);
        _skipped.RemoveAll(record => record.Step > start.Step);
    }

    /// <inheritdoc/>
    public void LogStep(StepRecord record) => _steps.Add(record);

    /// <inheritdoc/>
    public void LogEpoch(EpochRecord record) => _epochs.Add(record);

    /// <inheritdoc/>
    public void LogSkipped(int epoch, long step, SkippedItem item) => _skipped.Add((step, item));

    /// <inheritdoc/>
    public void Finish(RunOutcome outcome) => Outcome = outcome;
}
