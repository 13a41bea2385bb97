using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using CoVR.Training.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Training.Runs;

/// <summary>Trains models: steps, learning rate, validation, saving, resuming.</summary>
/// <remarks>
/// Runs are reproducible: the same options, data and weights give the same numbers on the CPU, even if the run is stopped or killed and
/// resumed. Training seeds libtorch's global generator, so run only one at a time per process. Immutable.
/// </remarks>
public sealed class Trainer
{
    private readonly TrainingOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TrainingPipeline? _pipeline;

    /// <summary>Creates a trainer without a pipeline, for <see cref="RunAsync"/>.</summary>
    /// <param name="options">How to train; validated here.</param>
    /// <param name="logger">Receives start, epochs and end; null: no logging.</param>
    /// <param name="time">The clock; null: the system clock.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are invalid; the message lists every fault.</exception>
    public Trainer(TrainingOptions options, ILogger<Trainer>? logger = null, TimeProvider? time = null)
        : this(options, logger, time, null)
    {
    }

    internal Trainer(TrainingOptions options, ILogger<Trainer>? logger, TimeProvider? time, TrainingPipeline? pipeline)
    {
        ArgumentNullException.ThrowIfNull(options);
        TrainingOptionsValidator.Require(options);
        (_options, _logger, _time, _pipeline) = (options, logger ?? (ILogger)NullLogger.Instance, time ?? TimeProvider.System, pipeline);
    }

    /// <summary>Trains the model of the pipeline on triplets, to the end; resumes a saved run.</summary>
    /// <param name="plan">What to train on.</param>
    /// <param name="progress">Receives every finished step, on the training thread; may be null.</param>
    /// <param name="cancellationToken">Stops after the running step and saves the run state.</param>
    /// <returns>The result. The model keeps the trained weights, and its description identifies them.</returns>
    /// <exception cref="InvalidOperationException">The trainer is not from <c>AddTraining</c>, or the pipeline lacks a part.</exception>
    /// <exception cref="GalleryException">A target has not been embedded.</exception>
    /// <exception cref="MediaReadException">No reference of a batch can be read, or one cannot and <see cref="TrainingOptions.SkipUnreadable"/> is false.</exception>
    /// <inheritdoc cref="RunAsync" path="/exception"/>
    public async Task<TrainingResult> TrainAsync(TrainingPlan plan, IProgress<StepRecord>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var model = await Pipeline.Models.GetAsync(cancellationToken).ConfigureAwait(false);
        var builder = new RunBuilder(_options, Pipeline, model, plan);
        await builder.RequireTargetsAsync(cancellationToken).ConfigureAwait(false);
        using var tokens = await builder.EncodeReferencesAsync(cancellationToken).ConfigureAwait(false);
        var run = await builder.ComposedAsync(tokens, cancellationToken).ConfigureAwait(false);
        return await RunOnPipelineAsync(plan, model, run, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Trains the model of the pipeline on images and captions, the targets of the triplets and their captions: a warm-up for fresh weights.</summary>
    /// <param name="plan">What to train on; a sampler refers to the distinct targets in the order of the triplets. Not validated.</param>
    /// <param name="progress">Receives every finished step, on the training thread; may be null.</param>
    /// <param name="cancellationToken">Stops after the running step and saves the run state.</param>
    /// <returns>The result. The model keeps the trained weights, and its description identifies them.</returns>
    /// <exception cref="InvalidOperationException">The trainer is not from <c>AddTraining</c>, or the pipeline lacks a part.</exception>
    /// <exception cref="MediaReadException">No image of a batch can be read.</exception>
    /// <inheritdoc cref="RunAsync" path="/exception"/>
    public async Task<TrainingResult> PretrainAsync(TrainingPlan plan, IProgress<StepRecord>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var model = await Pipeline.Models.GetAsync(cancellationToken).ConfigureAwait(false);
        return await RunOnPipelineAsync(plan, model, new RunBuilder(_options, Pipeline, model, plan).Pretraining(), progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Trains with a step and data of your own, to the end; resumes a saved run.</summary>
    /// <typeparam name="TBatch">What one step reads.</typeparam>
    /// <param name="run">The step, the batches and the loggers.</param>
    /// <param name="progress">Receives every finished step, on the training thread; may be null.</param>
    /// <param name="cancellationToken">Stops after the running step and saves the run state.</param>
    /// <returns>The result.</returns>
    /// <exception cref="CheckpointException">The saved run state is damaged, belongs to another run or model, is in use by another process, or cannot be written.</exception>
    /// <exception cref="TrainingDivergedException">A loss, a gradient norm or a weight is not finite.</exception>
    /// <exception cref="NotSupportedException">The step does not implement an option; see <see cref="ITrainingStep{TBatch}.RequireSupport"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    internal Task<TrainingResult> RunAsync<TBatch>(TrainingRun<TBatch> run, IProgress<StepRecord>? progress = null, CancellationToken cancellationToken = default)
        where TBatch : IDisposable
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Batches.BatchesPerEpoch < 1
            ? throw new ArgumentException($"There are no batches to train on: the source is '{run.Batches.Describe()}'.", nameof(run))
            : Task.Factory.StartNew(
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

    private TrainingPipeline Pipeline => _pipeline ?? throw new InvalidOperationException("This trainer has no pipeline: take it from the services of a pipeline with AddTraining.");

    private async Task<TrainingResult> RunOnPipelineAsync<TBatch>(
        TrainingPlan plan, ComposedModel model, TrainingRun<TBatch> run, IProgress<StepRecord>? progress, CancellationToken cancellationToken)
        where TBatch : IDisposable
    {
        using var csv = _options.OutputFolder is { } folder && _options.Collective is null or { Rank: 0 } ? new CsvRunLogger(folder) : null;
        try
        {
            return await RunAsync(
                run with { Configuration = plan.Configuration, Loggers = csv is null ? plan.Loggers : [.. plan.Loggers, csv] }, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Checkpoint.RehashWeights(model);
        }
    }
}

/// <summary>The result of a finished run.</summary>
/// <param name="Steps">Steps taken in all, earlier processes of the same run included.</param>
/// <param name="ResumedAt">The step at which a saved state was resumed; null for a fresh run.</param>
/// <param name="LastLoss">The weighted sum of the last step of this process; null if there was nothing left to do.</param>
/// <param name="Best">The best primary metric of validation; null without validation, or if the answers of its split are hidden.</param>
/// <param name="BestEpoch">The epoch of <paramref name="Best"/>, counted from 0; null without it.</param>
public sealed record TrainingResult(long Steps, long? ResumedAt, double? LastLoss, double? Best, int? BestEpoch)
{
    /// <summary>The duration of the steps of this process, waiting for data included, without validation and saving.</summary>
    public TimeSpan StepTime { get; init; }

    /// <summary>The part of <see cref="StepTime"/> spent waiting for data.</summary>
    public TimeSpan DataWait { get; init; }

    /// <summary>The share of <see cref="StepTime"/> spent waiting for data, in [0, 1]; 0 without a step.</summary>
    public double DataWaitShare => StepTime > TimeSpan.Zero ? DataWait / StepTime : 0;

    /// <summary>How many items were left out of their batches because their media cannot be read, by all ranks, earlier processes of the same run included.</summary>
    public long Skipped { get; init; }
}

/// <summary>Where a session logs and reports, and its clock.</summary>
internal sealed record SessionServices(ILogger Logger, TimeProvider Time, IProgress<StepRecord>? Progress)
{
    /// <summary>For ranks that do not report.</summary>
    internal SessionServices Silent() => new(NullLogger.Instance, Time, null);
}
