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
    private readonly ComposedTrainerParts _parts;
    private readonly TrainingOptions _options;
    private readonly Trainer _trainer;

    internal ComposedTrainer(ComposedTrainerParts parts, TrainingOptions options, Trainer trainer) =>
        (_parts, _options, _trainer) = (parts, options, trainer);

    /// <summary>Trains to the end, or goes on where a saved run stopped.</summary>
    /// <param name="plan">What to train on.</param>
    /// <param name="progress">Told after every step, on the training thread; may be null.</param>
    /// <param name="cancellationToken">Stops after the running step and saves the run state.</param>
    /// <returns>What the run left. The model keeps the trained weights, and its description names them.</returns>
    /// <exception cref="EmbeddingStoreException">A target has not been embedded.</exception>
    /// <exception cref="MediaReadException">No reference of a batch can be read, or one cannot and <see cref="TrainingOptions.SkipUnreadable"/> is false.</exception>
    public async Task<TrainingResult> TrainAsync(
        ComposedTrainingPlan plan, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        await RequireTargetsAsync(plan, cancellationToken).ConfigureAwait(false);
        using var csv = _options.OutputFolder is { } folder && plan.Collective is null or { Rank: 0 } ? new CsvRunLogger(folder) : null;
        var run = new TrainingRun<ComposedBatch>
        {
            Step = Step(plan),
            Batches = Batches(plan),
            Validate = Validation(plan),
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
            _parts.Model.RehashWeights();
        }
    }

    /// <summary>A training of hours shall not end at a target that could be missed at its start.</summary>
    private async Task RequireTargetsAsync(ComposedTrainingPlan plan, CancellationToken cancellationToken)
    {
        List<MediaId> targets = [.. plan.Dataset.Triplets.Select(triplet => triplet.Target).OfType<MediaId>().Distinct()];
        List<MediaId> missing = [];
        foreach (var target in targets)
        {
            if (!await _parts.Store.ContainsAsync(target, cancellationToken).ConfigureAwait(false))
            {
                missing.Add(target);
            }
        }

        if (missing.Count > 0)
        {
            throw new EmbeddingStoreException(
                _parts.Store.Fingerprint.Model,
                $"{missing.Count} of {targets.Count} training targets have no embedding here, for example {string.Join(", ", missing.Take(3).Select(id => $"'{id}'"))}: embed all targets of the training data first, with the same model.");
        }
    }

    private Func<int, CancellationToken, ValueTask<ValidationReport>>? Validation(ComposedTrainingPlan plan) => plan switch
    {
        { Validation: not null, Validate: not null } => throw new ArgumentException("A plan has a validation or a function that validates, not both.", nameof(plan)),
        { Validation: { } search } => new EpochValidator(search, _parts, _options.Parts, plan.Collective).ValidateAsync,
        _ => plan.Validate,
    };

    private ComposedTrainingStep Step(ComposedTrainingPlan plan) => new(
        _parts.Model.Encoder,
        _parts.Terms,
        new ComposedTrainingStepOptions
        {
            Temperature = _parts.Model.Description.Temperature,
            Device = _parts.Model.Device,
            Parts = _options.Parts,
            Precision = _options.Precision,
            ChunkSize = _options.ChunkSize,
            KeepVisualTokens = _options.KeepVisualTokens,
            Collective = plan.Collective,
        });

    private TrainingBatcher Batches(ComposedTrainingPlan plan)
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
            Texts = TrainingTokenizer.For(_parts.Model),
            Parts = _options.Parts,
            Targets = new StoredTargets(_parts.Store, plan.TargetPooling ?? TargetPooling()),
            References = new MediaPixelSource(plan.Locate, _parts.Reader, _parts.Transform, QueryFrames, _options.QueryFrameCount),
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
    ComposedModel Model, IFrameReader Reader, IImageTransform Transform, IEmbeddingStore Store, IReadOnlyList<WeightedLossTerm> Terms)
{
    /// <summary>Makes what validation searches with.</summary>
    internal required Func<RetrievalPipeline> Pipeline { get; init; }

    /// <summary>The clock; null for the system's.</summary>
    internal TimeProvider? Time { get; init; }
}
