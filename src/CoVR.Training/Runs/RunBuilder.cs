using CoVR.Data;
using CoVR.Losses;
using CoVR.Media;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Training;

/// <summary>Builds the runs of a plan from the options and the parts of a pipeline.</summary>
internal sealed class RunBuilder(TrainingOptions options, TrainingPipeline pipeline, TrainingPlan plan)
{
    private readonly LossInputs _needs = pipeline.Terms.Aggregate(LossInputs.None, (needs, term) => needs | term.Term.Needs);

    private TrainingContext Context => TrainingContext.Of(options, pipeline.Model.Device);

    /// <summary>Composed training on the triplets.</summary>
    /// <param name="tokens">Precomputed visual tokens of the references; null: they are encoded in every step.</param>
    internal TrainingRun<ComposedBatch> Composed(VisualTokenTable? tokens)
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
                pipeline.Model.Encoder, pipeline.Terms, new ComposedStepSettings { Temperature = pipeline.Model.Description.Temperature, Parts = options.Parts }),
            Batches = new TrainingBatcher(triplets, sampler, Sources(tokens), options.Workers, options.Seed, Context),
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
        IPixelSource pixels = new MediaPixelSource(plan.Locate, pipeline.Reader, pipeline.Transform, _ => new MiddleFrameSampler());
        return new TrainingRun<CaptionedImageBatch>
        {
            Step = new ContrastivePretrainingStep(pipeline.Model.Encoder, pipeline.Loss, pipeline.Model.Description.Temperature),
            Batches = new CaptionedImageBatcher(
                images,
                plan.Sampler ?? new ItemSampler(images.Length, options.BatchSize, seed: options.Seed),
                options.PixelCacheBytes > 0 ? new CachedPixelSource(pixels, options.PixelCacheBytes) : pixels,
                TrainingTokenizer.For(pipeline.Model, options.Padding),
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
            if (!await pipeline.Store.ContainsAsync(target, cancellationToken).ConfigureAwait(false))
            {
                missing.Add(target);
            }
        }

        if (missing.Count > 0)
        {
            throw new EmbeddingStoreException(
                pipeline.Store.Fingerprint.Model,
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
            pipeline.Model.Encoder,
            [.. plan.Dataset.Triplets.Select(triplet => triplet.Reference).Distinct()],
            new MediaPixelSource(plan.Locate, pipeline.Reader, pipeline.SearchTransform, _ => new MiddleFrameSampler()),
            new VisualTokenOptions(pipeline.Model.Device, Workers: options.Workers) { Time = pipeline.Time },
            plan.TokenProgress,
            cancellationToken).ConfigureAwait(false);
    }

    private ComposedBatchSources Sources(VisualTokenTable? tokens)
    {
        var captions = _needs.HasFlag(LossInputs.TargetCaptions);
        return new ComposedBatchSources
        {
            Texts = TrainingTokenizer.For(pipeline.Model, options.Padding),
            Parts = options.Parts,
            Targets = _needs.HasFlag(LossInputs.Targets) ? new StoredTargets(pipeline.Store, TargetPoolings.Of(options.TargetPooling, options.TargetFrames, pipeline.Pooling)) : null,
            References = tokens is null ? new MediaPixelSource(plan.Locate, pipeline.Reader, pipeline.Transform, QueryFrames, options.QueryFrameCount) : null,
            VisualTokens = tokens,
            Captions = captions,
            CaptionEmbeddings = captions && plan.CaptionEmbeddings is { } stored ? Complete(stored) : null,
            SkipUnreadable = options.SkipUnreadable,
        };
    }

    private Func<int, CancellationToken, ValueTask<RetrievalReport>>? Validation() => plan switch
    {
        { Validation: not null, Validate: not null } => throw new ArgumentException("A plan has either Validation or Validate, not both.", nameof(plan)),
        { Validation: { } search } => new EpochValidator(search, pipeline, options).ValidateAsync,
        _ => plan.Validate,
    };

    private IFrameSampler QueryFrames(Random random) => options.QueryFrames switch
    {
        QueryFrameMethod.Random => new RandomFrameSampler(random.Next()),
        QueryFrameMethod.Sample => new UniformSegmentSampler(options.QueryFrameCount),
        _ => new MiddleFrameSampler(),
    };

    private IReadOnlyDictionary<string, ReadOnlyMemory<float>> Complete(IReadOnlyDictionary<string, ReadOnlyMemory<float>> captions) =>
        plan.Dataset.Triplets.Select(triplet => triplet.TargetCaption).OfType<string>().FirstOrDefault(caption => !captions.ContainsKey(caption)) is { } missing
            ? throw new InvalidOperationException($"The caption '{missing}' has no stored embedding: embed the captions of the training data, with the same model.")
            : captions;
}

/// <summary>The parts of a pipeline that training uses.</summary>
internal sealed class TrainingPipeline(IServiceProvider services, string name)
{
    internal ComposedModel Model => Required<ComposedModel>();

    internal IFrameReader Reader => Required<IFrameReader>();

    /// <summary>From reference frames to pixels, in training.</summary>
    internal IImageTransform Transform => services.GetKeyedService<ReferenceTransform>(name)?.Transform ?? new TrainingTransform(Model.Description.Image);

    /// <summary>From frames to pixels, in a search.</summary>
    internal IImageTransform SearchTransform => Required<IImageTransform>();

    internal IEmbeddingStore Store => Required<IEmbeddingStore>();

    internal IFramePooling? Pooling => services.GetKeyedService<IFramePooling>(name);

    internal IContrastiveLoss Loss => Required<IContrastiveLoss>();

    internal IReadOnlyList<WeightedLossTerm> Terms { get; } = [.. services.GetKeyedServices<WeightedLossTerm>(name)];

    internal RetrievalPipeline Search => Required<RetrievalPipeline>();

    internal TimeProvider Time => services.GetService<TimeProvider>() ?? TimeProvider.System;

    private T Required<T>()
        where T : class => services.GetKeyedService<T>(name) ?? throw new InvalidOperationException(
            $"Training of CoVR pipeline '{name}' needs {typeof(T).Name}, and the pipeline has none.");
}

/// <summary>The slot of the training transform, beside the pipeline's transform of search.</summary>
internal sealed record ReferenceTransform(IImageTransform Transform);
