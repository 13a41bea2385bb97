using CoVR.Data;
using CoVR.Losses;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Training;

/// <summary>Trains the model of a pipeline on triplets: the whole walk from files to weights, with the parts that the pipeline registered.</summary>
/// <remarks>For other data or other steps use <see cref="Trainer"/> with a <see cref="TrainingRun{TBatch}"/> of your own.</remarks>
public sealed class ComposedTrainer
{
    private readonly Func<CancellationToken, ValueTask<ComposedTrainerParts>> _load;
    private readonly TrainingOptions _options;
    private readonly Trainer _trainer;

    internal ComposedTrainer(Func<CancellationToken, ValueTask<ComposedTrainerParts>> load, TrainingOptions options, Trainer trainer) =>
        (_load, _options, _trainer) = (load, options, trainer);

    /// <summary>Trains to the end, or goes on where a saved run stopped.</summary>
    /// <param name="plan">What to train on.</param>
    /// <param name="progress">Told after every step, on the training thread; may be null.</param>
    /// <param name="cancellationToken">Stops after the running step and saves the run state.</param>
    /// <returns>What the run left. The model keeps the trained weights, and its description names them.</returns>
    /// <exception cref="GalleryException">A target has not been embedded.</exception>
    /// <exception cref="MediaReadException">No reference of a batch can be read, or one cannot and <see cref="TrainingOptions.SkipUnreadable"/> is false.</exception>
    public async Task<TrainingResult> TrainAsync(
        ComposedTrainingPlan plan, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var parts = await _load(cancellationToken).ConfigureAwait(false);
        var targets = plan.Targets ?? parts.Gallery;
        await RequireTargetsAsync(targets, plan, cancellationToken).ConfigureAwait(false);
        using var csv = _options.OutputFolder is { } folder && plan.Collective is null or { Rank: 0 } ? new CsvRunLogger(folder) : null;
        var run = new TrainingRun<ComposedBatch>
        {
            Step = Step(parts, plan),
            Batches = Batches(parts, plan, targets, await targets.GetFingerprintAsync(cancellationToken).ConfigureAwait(false)),
            Validate = Validation(parts, plan),
            Configuration = plan.Configuration,
            Loggers = csv is null ? plan.Loggers : [.. plan.Loggers, csv],
            Collective = plan.Collective,
        };
        try
        {
            return await _trainer.RunAsync(run, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            parts.Model.RehashWeights();
        }
    }

    /// <summary>A training of hours shall not end at a target that could be missed at its start.</summary>
    private static async Task RequireTargetsAsync(IEmbeddingSource source, ComposedTrainingPlan plan, CancellationToken cancellationToken)
    {
        List<MediaId> targets = [.. plan.Dataset.Triplets.Select(triplet => triplet.Target).OfType<MediaId>().Distinct()];
        List<MediaId> missing = [];
        foreach (var target in targets)
        {
            if (!await source.ContainsAsync(target, cancellationToken).ConfigureAwait(false))
            {
                missing.Add(target);
            }
        }

        if (missing.Count > 0)
        {
            throw new GalleryException(
                (await source.GetFingerprintAsync(cancellationToken).ConfigureAwait(false)).Model,
                $"{missing.Count} of {targets.Count} training targets have no embedding here, for example {string.Join(", ", missing.Take(3).Select(id => $"'{id}'"))}: embed all targets of the training data first, with the same model.");
        }
    }

    private Func<int, CancellationToken, ValueTask<ValidationReport>>? Validation(ComposedTrainerParts parts, ComposedTrainingPlan plan) => plan switch
    {
        { Validation: not null, Validate: not null } => throw new ArgumentException("A plan has a validation or a function that validates, not both.", nameof(plan)),
        { Validation: { } search } => new EpochValidator(search, parts, _options.Parts, plan.Collective).ValidateAsync,
        _ => plan.Validate,
    };

    private ComposedTrainingStep Step(ComposedTrainerParts parts, ComposedTrainingPlan plan) => new(
        parts.Model.Encoder,
        parts.Terms,
        new ComposedTrainingStepOptions
        {
            Temperature = parts.Model.Description.Temperature,
            Device = parts.Model.Device,
            Parts = _options.Parts,
            Precision = _options.Precision,
            ChunkSize = _options.ChunkSize,
            KeepVisualTokens = _options.KeepVisualTokens,
            Collective = plan.Collective,
        });

    private TrainingBatcher Batches(ComposedTrainerParts parts, ComposedTrainingPlan plan, IEmbeddingSource targets, EmbeddingFingerprint fingerprint)
    {
        var triplets = plan.Dataset.Triplets;
        var sampler = plan.Sampler ?? new TripletSampler(triplets, new TripletSamplerOptions
        {
            BatchSize = _options.BatchSize * (plan.Collective?.Size ?? 1),
            Iterate = _options.Iterate,
            DropLast = _options.DropLast,
            Seed = _options.Seed,
        });
        var sources = new ComposedBatchSources
        {
            Texts = TrainingTokenizer.For(parts.Model),
            Parts = _options.Parts,
            Targets = new StoredTargets(targets, fingerprint, plan.TargetPooling ?? TargetPooling()),
            References = new MediaPixelSource(plan.Locate, parts.Reader, parts.Transform, QueryFrames, _options.QueryFrameCount),
            VisualTokens = plan.VisualTokens,
            Captions = _options.Captions,
            CaptionEmbeddings = plan.CaptionEmbeddings is { } captions ? Required(captions, triplets) : null,
            SkipUnreadable = _options.SkipUnreadable,
        };
        return new TrainingBatcher(triplets, sampler, sources, _options.Workers, _options.Seed, plan.Collective);
    }

    private ITargetPooling TargetPooling() => _options.TargetPooling switch
    {
        TargetFramePooling.Mean => new MeanTargetPooling(_options.TargetFrames),
        TargetFramePooling.Middle => new MiddleTargetPooling(),
        _ => new ScoredTargetPooling(_options.TargetFrames),
    };

    private IFrameSampler QueryFrames(Random random) => _options.QueryFrames switch
    {
        QueryFrameMethod.Random => FrameSamplers.Random(random.Next()),
        QueryFrameMethod.Sample => FrameSamplers.UniformSegments(_options.QueryFrameCount),
        _ => FrameSamplers.Middle,
    };

    private static IReadOnlyDictionary<string, ReadOnlyMemory<float>> Required(
        IReadOnlyDictionary<string, ReadOnlyMemory<float>> captions, IReadOnlyList<Triplet> triplets) =>
        triplets.Select(triplet => triplet.TargetCaption).OfType<string>().FirstOrDefault(caption => !captions.ContainsKey(caption)) is { } missing
            ? throw new InvalidOperationException($"The caption '{missing}' has no stored embedding: embed the captions of the training data, with the same model.")
            : captions;
}

/// <summary>The parts of a pipeline that training uses.</summary>
internal sealed record ComposedTrainerParts(
    ComposedModel Model, IFrameReader Reader, IImageTransform Transform, IGallery Gallery, IReadOnlyList<WeightedLossTerm> Terms)
{
    /// <summary>What validation searches with.</summary>
    internal required IPipelineProvider Pipeline { get; init; }

    /// <summary>The clock; null for the system's.</summary>
    internal TimeProvider? Time { get; init; }
}
