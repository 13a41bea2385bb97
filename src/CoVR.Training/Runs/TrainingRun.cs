using CoVR.Data;
using CoVR.Training.Logging;
using CoVR.Training.Schedules;
using CoVR.Training.Steps;
using TorchSharp;

namespace CoVR.Training.Runs;

/// <summary>What a session trains: step, batches, validation and loggers.</summary>
/// <typeparam name="TBatch">What one step reads.</typeparam>
internal sealed record TrainingRun<TBatch>
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

/// <summary>Computes the losses of a batch: all that <see cref="Trainer"/> knows of what is trained.</summary>
/// <typeparam name="TBatch">What one step reads.</typeparam>
internal interface ITrainingStep<in TBatch>
{
    /// <summary>What is trained and saved, by name; parameters that require a gradient are trained, the others stay fixed.</summary>
    IReadOnlyDictionary<string, torch.nn.Module> Modules { get; }

    /// <summary>Computes the losses of one batch, with gradients recorded.</summary>
    /// <param name="batch">The batch; not disposed.</param>
    /// <param name="context">How the run trains: device, precision, chunks, ranks.</param>
    /// <returns>The sum and its terms; the caller disposes it.</returns>
    LossReport Compute(TBatch batch, TrainingContext context);

    /// <summary>Called once before the first batch, to refuse ways of training that the step does not implement.</summary>
    /// <param name="context">How the run trains.</param>
    /// <exception cref="NotSupportedException">The step does not implement something that the context asks for.</exception>
    void RequireSupport(TrainingContext context)
    {
    }

    /// <summary>One line that identifies the step; a run state saved with another step is refused.</summary>
    string Describe() => GetType().Name;
}

/// <summary>Prepares the batches that a training step reads.</summary>
/// <typeparam name="TBatch">What one step needs; disposed by the trainer after the step.</typeparam>
internal interface IBatchSource<out TBatch>
    where TBatch : IDisposable
{
    /// <summary>The number of batches of every epoch, at least 1.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>Prepares the batches of one epoch in order, some of them ahead of use.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="first">The first batch to read; a resumed run may start within an epoch.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The batches; the same for the same epoch, regardless of the number of workers.</returns>
    /// <exception cref="MediaReadException">An image or video cannot be read.</exception>
    IAsyncEnumerable<TBatch> ReadAsync(int epoch, int first, CancellationToken cancellationToken);

    /// <summary>One line that identifies the source; a run state saved with another source is refused.</summary>
    string Describe();
}
