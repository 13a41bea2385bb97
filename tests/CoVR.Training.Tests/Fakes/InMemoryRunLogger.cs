using CoVR.Training.Batches;
using CoVR.Training.Logging;

namespace CoVR.Training.Tests.Fakes;

/// <summary>Keeps all records.</summary>
internal sealed class InMemoryRunLogger : IRunLogger
{
    private readonly List<StepRecord> _steps = [];
    private readonly List<EpochRecord> _epochs = [];
    private readonly List<(long Step, SkippedItem Item)> _skipped = [];

    internal IReadOnlyList<StepRecord> Steps => _steps;

    internal IReadOnlyList<EpochRecord> Epochs => _epochs;

    internal IReadOnlyList<SkippedItem> Skipped => [.. _skipped.Select(record => record.Item)];

    internal IReadOnlyDictionary<string, string> Configuration { get; private set; } = new Dictionary<string, string>();

    internal bool Finished { get; private set; }

    internal Exception? Fault { get; private set; }

    public void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration)
    {
        (Configuration, Finished, Fault) = (configuration, false, null);
        _steps.RemoveAll(record => record.Step > step);
        _epochs.RemoveAll(record => record.Epoch >= epoch);
        _skipped.RemoveAll(record => record.Step > step);
    }

    public void LogStep(StepRecord record) => _steps.Add(record);

    public void LogEpoch(EpochRecord record) => _epochs.Add(record);

    public void LogSkipped(int epoch, long step, string item, MediaId media, string reason) => _skipped.Add((step, new SkippedItem(item, media, reason)));

    public void Finish(Exception? fault) => (Finished, Fault) = (true, fault);
}
