using CoVR.Data;
using CoVR.Losses;
using CoVR.Media.Sampling;
using CoVR.Modeling;
using CoVR.Training.Batches;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;

namespace CoVR.Training.Runs;

/// <summary>Builds the runs of a plan from the options and the parts of a pipeline.</summary>
internal sealed class RunBuilder(TrainingOptions options, TrainingPipeline pipeline, ComposedModel model, TrainingPlan plan)
{
    private readonly LossInputs _needs = pipeline.Terms.Aggregate(LossInputs.None, (needs, term) => needs | term.Term.Needs);

    private IEmbeddingSource Targets => plan.Targets ?? pipeline.Gallery;

    private TrainingContext Context => TrainingContext.Of(options, model.Device);

    /// <summary>Composed training on the triplets.</summary>
    /// <param name="tokens">Precomputed visual tokens of the references; null: they are encoded in every step.</param>
    internal async Task<TrainingRun<ComposedBatch>> ComposedAsync(VisualTokenTable? tokens, CancellationToken cancellationToken)
    {
        var triplets = plan.Dataset.Triplets;
        var sampler = plan.Sampler ?? new TripletSampler(triplets, new TripletSamplerOptions
        {
            BatchSize = options.BatchSize * Context.Ranks,
            ByTarget = options.IterateTargets,
            DropLast = options.DropLast,
            Seed = options.Seed,
        });
        return new TrainingRun<ComposedBatch>
        {
            Step = new ComposedTrainingStep(
                model.Encoder, pipeline.Terms, new ComposedStepSettings { Temperature = model.Description.Temperature, Parts = options.Parts }),
            Batches = new TrainingBatcher(triplets, sampler, await SourcesAsync(tokens, cancellationToken).ConfigureAwait(false), options.Workers, options.Seed, Context),
            Validate = Validation(),
        };
    }

    /// <summary>Contrastive training on the targets and their captions.</summary>
    internal TrainingRun<CaptionedImageBatch> Pretraining()
    {
        CaptionedImage[] images =
        [
            .. plan.Dataset.Triplets.Where(triplet => triplet is { Target: not null, TargetCaption: not null }).GroupBy(triplet => triplet.Target!.Value)
                .Select(target => new CaptionedImage(target.Key, [.. target.Select(triplet => triplet.TargetCaption!).Distinct()])),
        ];
        IPixelSource pixels = new MediaPixelSource(plan.Locate, pipeline.Reader, pipeline.Transform(model), _ => FrameSamplers.Middle);
        return new TrainingRun<CaptionedImageBatch>
        {
            Step = new ContrastivePretrainingStep(model.Encoder, pipeline.Loss, model.Description.Temperature),
            Batches = new CaptionedImageBatcher(
                images,
                plan.Sampler ?? new ItemSampler(images.Length, options.BatchSize, seed: options.Seed),
                options.PixelCacheBytes > 0 ? new CachedPixelSource(pixels, options.PixelCacheBytes) : pixels,
                TrainingTokenizer.For(model, options.PadToLongest),
                options.Workers,
                options.Seed),
        };
    }

    /// <summary>Finds missing targets before training starts, not hours later.</summary>
    internal async Task RequireTargetsAsync(CancellationToken cancellationToken)
    {
        if (!_needs.HasFlag(LossInputs.Targets))
        {
            return;
        }

        List<MediaId> targets = [.. plan.Dataset.Triplets.Select(triplet => triplet.Target).OfType<MediaId>().Distinct()];
        List<MediaId> missing = [];
        foreach (var target in targets)
        {
            if (!await Targets.ContainsAsync(target, cancellationToken).ConfigureAwait(false))
            {
                missing.Add(target);
            }
        }

        if (missing.Count > 0)
        {
            throw new GalleryException(
                (await Targets.GetFingerprintAsync(cancellationToken).ConfigureAwait(false)).Model,
                $"{missing.Count} of {targets.Count} training targets have no embedding here, for example {string.Join(", ", missing.Take(3).Select(id => $"'{id}'"))}: embed all targets of the training data first, with the same model.");
        }
    }

    /// <summary>The visual tokens of all references; null unless the options ask for them.</summary>
    internal async Task<VisualTokenTable?> EncodeReferencesAsync(CancellationToken cancellationToken)
    {
        if (!options.PrecomputeVisualTokens || !options.Parts.HasFlag(QueryParts.Reference))
        {
            return null;
        }

        return await VisualTokenTable.EncodeAsync(
            model.Encoder,
            [.. plan.Dataset.Triplets.Select(triplet => triplet.Reference).Distinct()],
            new MediaPixelSource(plan.Locate, pipeline.Reader, pipeline.SearchTransform, _ => FrameSamplers.Middle),
            new VisualTokenOptions(model.Device, Workers: options.Workers) { Time = pipeline.Time },
            plan.TokenProgress,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<ComposedBatchSources> SourcesAsync(VisualTokenTable? tokens, CancellationToken cancellationToken)
    {
        var captions = _needs.HasFlag(LossInputs.TargetCaptions);
        return new ComposedBatchSources
        {
            Texts = TrainingTokenizer.For(model, options.PadToLongest),
            Parts = options.Parts,
            Targets = _needs.HasFlag(LossInputs.Targets)
                ? new StoredTargets(
                    Targets,
                    await Targets.GetFingerprintAsync(cancellationToken).ConfigureAwait(false),
                    TargetPoolings.Of(options.TargetPooling, options.TargetFrames, pipeline.Pooling))
                : null,
            References = tokens is null ? new MediaPixelSource(plan.Locate, pipeline.Reader, pipeline.Transform(model), QueryFrames, options.QueryFrameCount) : null,
            VisualTokens = tokens,
            Captions = captions,
            CaptionEmbeddings = captions && plan.CaptionEmbeddings is { } stored ? Complete(stored) : null,
            SkipUnreadable = options.SkipUnreadable,
        };
    }

    private Func<int, CancellationToken, ValueTask<RetrievalReport>>? Validation() => plan switch
    {
        { Validation: not null, Validate: not null } => throw new ArgumentException("A plan has either WithValidation or Validate, not both.", nameof(plan)),
        { Validation: { } search } => new EpochValidator(search, pipeline, options).ValidateAsync,
        _ => plan.Validate,
    };

    private IFrameSampler QueryFrames(Random random) => options.QueryFrames switch
    {
        QueryFrameMethod.Random => FrameSamplers.Random(random.Next()),
        QueryFrameMethod.Sample => FrameSamplers.UniformSegments(options.QueryFrameCount),
        _ => FrameSamplers.Middle,
    };

    private IReadOnlyDictionary<string, ReadOnlyMemory<float>> Complete(IReadOnlyDictionary<string, ReadOnlyMemory<float>> captions) =>
        plan.Dataset.Triplets.Select(triplet => triplet.TargetCaption).OfType<string>().FirstOrDefault(caption => !captions.ContainsKey(caption)) is { } missing
            ? throw new InvalidOperationException($"The caption '{missing}' has no stored embedding: embed the captions of the training data, with the same model.")
            : captions;
}
