using CoVR.Modeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Training;

/// <summary>Runs training: steps, schedule, validation, saving, resuming. It knows no model, no data and no loss by name.</summary>
/// <remarks>
/// A run is exact: the same options, data and weights give the same numbers on the CPU, also when the run was stopped or
/// killed and resumed on the way. It seeds libtorch's global generator, so only one run at a time per process. Immutable.
/// </remarks>
public sealed class Trainer
{
    private readonly TrainingOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">How to train; checked here.</param>
    /// <param name="logger">Told about start, epochs and end; null for nobody.</param>
    /// <param name="time">The clock of reports; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are wrong; the message lists every fault.</exception>
    public Trainer(TrainingOptions options, ILogger<Trainer>? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        TrainingOptionsValidator.Require(options);
        _options = options;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Trains to the end, from the start or from the run state of the output folder.</summary>
    /// <typeparam name="TBatch">What one step reads.</typeparam>
    /// <param name="run">What is learnt, and from what.</param>
    /// <param name="progress">Told after every step, on the training thread; may be null.</param>
    /// <param name="cancellationToken">Stops after the running step and saves the run state, so that nothing is lost.</param>
    /// <returns>What the run left.</returns>
    /// <exception cref="RunStateException">The saved run state is damaged, belongs to another run, is in use by another process, or cannot be written.</exception>
    /// <exception cref="CheckpointMismatchException">The saved run state belongs to another model.</exception>
    /// <exception cref="TrainingDivergedException">A loss, a gradient norm or a weight is not finite.</exception>
    /// <exception cref="NotSupportedException">The step does not train as the options say; see <see cref="ITrainingStep{TBatch}.RequireSupport"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public Task<TrainingResult> RunAsync<TBatch>(TrainingRun<TBatch> run, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
        where TBatch : IDisposable
    {
        ArgumentNullException.ThrowIfNull(run);
        return Task.Factory.StartNew(
            () =>
            {
                NativeTorch.EnsureLoaded(_logger);
                using var session = new TrainingSession<TBatch>(run, _options, new SessionServices(_logger, _time, progress));
                return session.Run(cancellationToken);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);
    }
}
