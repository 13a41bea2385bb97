using CoVR.Distributed;

namespace CoVR.Training;

/// <summary>One run: what is learnt, from which batches, and who watches.</summary>
/// <typeparam name="TBatch">What one step reads.</typeparam>
public sealed record TrainingRun<TBatch>
    where TBatch : IDisposable
{
    /// <summary>Computes the losses.</summary>
    public required ITrainingStep<TBatch> Step { get; init; }

    /// <summary>Prepares the batches.</summary>
    public required IBatchSource<TBatch> Batches { get; init; }

    /// <summary>The learning rate; null for the schedule of the options.</summary>
    /// <value>Null.</value>
    public ILearningRateSchedule? Schedule { get; init; }

    /// <summary>
    /// Called after every epoch with all modules in evaluation mode; null for no validation. With several ranks it is called on
    /// each, so that they may share the work; what rank 0 finds counts.
    /// </summary>
    /// <value>Null.</value>
    public Func<int, CancellationToken, ValueTask<ValidationReport>>? Validate { get; init; }

    /// <summary>What the host wants its loggers to know of the run, by name, for example its composed configuration. Without effect on the numbers.</summary>
    /// <value>Empty.</value>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>Who writes down losses and metrics; not disposed.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<IRunLogger> Loggers { get; init; } = [];

    /// <summary>
    /// The processes that train together; null for one alone. They start with the weights of rank 0, take the mean of their
    /// gradients and stop together; rank 0 logs, reports and saves. Step and batches know their part themselves.
    /// </summary>
    /// <value>Null.</value>
    public ICollective? Collective { get; init; }
}
