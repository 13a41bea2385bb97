using CoVR.Data;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Schedules;
using CoVR.Training.Steps;

namespace CoVR.Training.Runs;

/// <summary>A run with a training step or data of your own.</summary>
/// <typeparam name="TBatch">What one step reads.</typeparam>
public sealed record TrainingRun<TBatch>
    where TBatch : IDisposable
{
    /// <summary>Computes the losses.</summary>
    public required ITrainingStep<TBatch> Step { get; init; }

    /// <summary>Prepares the batches; with several ranks each prepares its own part.</summary>
    public required IBatchSource<TBatch> Batches { get; init; }

    /// <summary>The learning rate; null: the schedule of the options.</summary>
    /// <value>Null.</value>
    public ILearningRateSchedule? Schedule { get; init; }

    /// <summary>
    /// Called after every epoch with all modules in evaluation mode; null: no validation. It is called on every rank, so that ranks can
    /// share the work; the result of rank 0 counts.
    /// </summary>
    /// <value>Null.</value>
    public Func<int, CancellationToken, ValueTask<RetrievalReport>>? Validate { get; init; }

    /// <summary>What loggers record of the run beside its training options, by name. Without effect on the numbers.</summary>
    /// <value>Empty.</value>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>Run loggers; not disposed.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<IRunLogger> Loggers { get; init; } = [];
}
