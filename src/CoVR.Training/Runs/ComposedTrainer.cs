using CoVR.Losses;
using CoVR.Media;
using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>Trains the model of a pipeline on triplets: the whole walk from files to weights, with the parts that the pipeline registered.</summary>
/// <remarks>For other data or other steps use <see cref="Trainer"/> with a <see cref="TrainingRun{TBatch}"/> of your own.</remarks>
public sealed class ComposedTrainer
{
    private readonly ComposedTrainerParts _parts;
    private readonly TrainingOptions _options;
    private readonly Trainer _trainer;

    internal ComposedTrainer(ComposedTrainerParts parts, TrainingOptions options, Trainer trainer) =>
        (_parts, _options, _trainer) = (parts, options, trainer);

    /// <summary>Trains to the end, or goes on where a saved run stopped.</summary>
    /// <param name="plan">What to train on.</param>
    /// <param name="progress">Told after every step, on the training thread; may be null.</param>
    /// <param name="cancellationToken">Stops after the running step and saves the run state.</param>
    /// <returns>What the run left.</returns>
    /// <exception cref="EmbeddingStoreException">A target has not been embedded.</exception>
    /// <exception cref="MediaReadException">A reference cannot be read.</exception>
    public async Task<TrainingResult> TrainAsync(
        ComposedTrainingPlan plan, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var csv = _options.OutputFolder is { } folder && plan.Collective is null or { Rank: 0 } ? new CsvRunLogger(folder) : null;
        var run = new TrainingRun<ComposedBatch>
        {
            Step = Step(plan),
            Batches = Batches(plan),
            Validate = plan.Validate,
            Collective = plan.Collective,
            Loggers = csv is null ? plan.Loggers : [.. plan.Loggers, csv],
        };
        return await _trainer.RunAsync(run, progress, cancellationToken).ConfigureAwait(false);
    }

    private ComposedTrainingStep Step(ComposedTrainingPlan plan) => new(
        _parts.Model.Encoder,
        _parts.Terms,
        new ComposedTrainingStepOptions
        {
            Temperature = _parts.Model.Description.Temperature,
            Device = _parts.Model.Device,
            ChunkSize = _options.ChunkSize,
            KeepVisualTokens = _options.KeepVisualTokens,
            Collective = plan.Collective,
        });

    private TrainingBatcher Batches(ComposedTrainingPlan plan)
    {
        var sampler = plan.Sampler ?? new TripletSampler(
            plan.Dataset.Triplets,
            new TripletSamplerOptions { BatchSize = _options.BatchSize * (plan.Collective?.Size ?? 1), Iterate = _options.Iterate, Seed = _options.Seed });
        var sources = new ComposedBatchSources
        {
            Texts = TrainingTokenizer.For(_parts.Model),
            Targets = new StoredTargets(_parts.Store, plan.TargetPooling ?? new ScoredTargetPooling()),
            References = new MediaPixelSource(plan.Locate, _parts.Reader, _parts.Transform, new MiddleFrameSampler()),
            VisualTokens = plan.VisualTokens,
            Captions = _options.Captions,
        };
        return new TrainingBatcher(plan.Dataset.Triplets, sampler, sources, _options.Workers, _options.Seed, plan.Collective);
    }
}

/// <summary>The parts of a pipeline that training uses.</summary>
internal sealed record ComposedTrainerParts(
    ComposedModel Model, IFrameReader Reader, IImageTransform Transform, IEmbeddingStore Store, IReadOnlyList<WeightedLossTerm> Terms);
