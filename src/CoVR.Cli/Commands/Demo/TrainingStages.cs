using CoVR.Cli.Reporting;
using CoVR.Data;
using CoVR.Losses;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Training;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Demo;

/// <summary>Both stages of training: pictures with captions, then references with edits.</summary>
/// <param name="services">The pipelines.</param>
/// <param name="reader">The world.</param>
/// <param name="train">Its training split.</param>
/// <param name="plan">How long.</param>
/// <param name="work">Where run states and weights go.</param>
/// <param name="report">Shows progress.</param>
internal sealed class TrainingStages(
    IServiceProvider services, ITripletDatasetReader reader, TripletDataset train, DemoPlan plan, WorkFolder work, ConsoleProgress report)
{
    /// <summary>The name of the first stage and its pipeline.</summary>
    public const string Pretraining = "pretraining";

    /// <summary>The name of the second stage and its pipeline.</summary>
    public const string Composition = "composition";

    private const int EpochSteps = 50;

    private TimeSpan _steps;
    private TimeSpan _waits;

    private static readonly string[] Shapes = ["circle", "triangle", "cross", "ring", "bar"];
    private static readonly string[] Sizes = ["small", "medium", "large"];
    private static readonly string[] Colours = ["red", "yellow", "green", "blue", "purple", "pink"];
    private static readonly string[] Grounds = ["snow", "sand", "stone", "grass", "night"];

    /// <summary>Stage 1: everything is trained, pictures against their captions.</summary>
    /// <returns>The loss of every step of this process.</returns>
    public async Task<IReadOnlyList<double>> PretrainAsync(CancellationToken cancellationToken)
    {
        var model = await services.GetRequiredKeyedService<IModelProvider>(Pretraining).GetAsync(cancellationToken);
        CaptionedImage[] images = [.. train.Triplets
            .GroupBy(triplet => triplet.Target!.Value)
            .Select(group => new CaptionedImage(group.Key, [.. group.Select(triplet => triplet.TargetCaption!).Distinct()]))];
        var batches = new CaptionedImageBatcher(
            images,
            Sampler([.. images.Select(image => image.Captions[0])], plan.Pretraining, [Sizes, Colours, Grounds], [Colours, Grounds]),
            new CachedPixelSource(Pixels(Pretraining)),
            TrainingTokenizer.For(model, TextPadding.Longest),
            seed: plan.World.Seed);
        var step = new ContrastivePretrainingStep(model.Encoder, new CrossEntropyContrastiveLoss(), model.Description.Temperature);
        return await TrainAsync(Pretraining, "Training on pictures and captions", plan.Pretraining.Steps, new TrainingRun<CaptionedImageBatch> { Step = step, Batches = batches }, model, cancellationToken);
    }

    /// <summary>Embeds the training targets, which stage 2 compares its queries with.</summary>
    public async Task EmbedTargetsAsync(CancellationToken cancellationToken)
    {
        var targets = train.Triplets.Select(triplet => triplet.Target!.Value).Distinct();
        await Galleries.EmbedAsync(
            services.GetRequiredKeyedService<IEmbeddingJob>(Composition), "Embedding the training targets", targets, reader, report, cancellationToken);
    }

    /// <summary>The share of the steps' time so far in which the model waited for data, in [0, 1]; 0 before the first step.</summary>
    public double DataWaitShare => _steps > TimeSpan.Zero ? _waits / _steps : 0;

    /// <summary>Stage 2: the text encoder is trained, references and edits against targets; the visual encoder is frozen.</summary>
    /// <returns>The loss of every step of this process.</returns>
    public async Task<IReadOnlyList<double>> ComposeAsync(CancellationToken cancellationToken)
    {
        var model = await services.GetRequiredKeyedService<IModelProvider>(Composition).GetAsync(cancellationToken);
        MediaId[] references = [.. train.Triplets.Select(triplet => triplet.Reference).Distinct()];
        using var tokens = await report.RunAsync("Looking at the references", progress => VisualTokenTable.EncodeAsync(
            model.Encoder, references, Pixels(Composition), progress: progress.OfJob("references"), cancellationToken: cancellationToken));
        var gallery = services.GetRequiredKeyedService<IGallery>(Composition);
        var sources = new ComposedBatchSources
        {
            Texts = TrainingTokenizer.For(model, TextPadding.Longest),
            Targets = new StoredTargets(gallery, (await gallery.GetInfoAsync(cancellationToken)).Fingerprint, services.GetRequiredKeyedService<IFramePooling>(Composition)),
            VisualTokens = tokens,
            Captions = true,
        };
        var batches = new TrainingBatcher(
            train.Triplets, Sampler([.. train.Triplets.Select(triplet => triplet.TargetCaption!)], plan.Composition, [Colours, Grounds], [Shapes, Grounds], [Shapes, Colours]), sources, seed: plan.World.Seed);
        var step = new ComposedTrainingStep(model.Encoder, [.. services.GetKeyedServices<WeightedLossTerm>(Composition)]);
        return await TrainAsync(Composition, "Training on edits", plan.Composition.Steps, new TrainingRun<ComposedBatch> { Step = step, Batches = batches }, model, cancellationToken);
    }

    private async Task<IReadOnlyList<double>> TrainAsync<TBatch>(
        string stage, string title, int steps, TrainingRun<TBatch> run, ComposedModel model, CancellationToken cancellationToken)
        where TBatch : IDisposable
    {
        var losses = new InMemoryRunLogger();
        var trainer = new Trainer(new TrainingOptions
        {
            MaxSteps = steps,
            LearningRate = 1e-3,
            Schedule = TrainingScheduleKind.CosinePerStep,
            WarmupSteps = Math.Min(60, steps / 4),
            AdamW = new AdamWOptions { Beta2 = 0.98, WeightDecay = 0.02 },
            ClipNorm = 1,
            Seed = plan.World.Seed,
            OutputFolder = work.Run(stage),
            SaveEverySteps = 200,
        });
        var result = await report.RunAsync(title, progress => trainer.RunAsync(
            run with { Loggers = [losses] },
            progress.OfTraining(),
            cancellationToken));
        _steps += result.StepTime;
        _waits += result.DataWait;
        SafetensorsWriter.Write(work.Weights(stage), model.Module!.state_dict());
        return [.. losses.Steps.Select(step => step.Loss)];
    }

    // First ordinary batches, in which colour and ground tell most items apart. Then half of the batches hold items that
    // share attributes, so that the others have to be looked at; which are shared changes from epoch to epoch.
    private BatchCurriculum Sampler(IReadOnlyList<string> captions, (int Steps, int Batch, int Ordinary) stage, params string[][][] shared)
    {
        return new BatchCurriculum(Part([], 0), [.. shared.Select(attributes => Part(attributes, 0.5))], stage.Ordinary / EpochSteps);

        AttributeBatchSampler Part(string[][] attributes, double hard) => new(
            [.. captions.Select(caption => string.Join(' ', caption.Split(' ', ',').Where(word => attributes.Any(words => words.Contains(word))).Order()))],
            new AttributeBatchSamplerOptions { BatchSize = stage.Batch, BatchesPerEpoch = EpochSteps, HardShare = hard, Seed = plan.World.Seed });
    }

    private MediaPixelSource Pixels(string pipeline) => new(
        reader.Locate,
        services.GetRequiredKeyedService<IFrameReader>(pipeline),
        services.GetRequiredKeyedService<IImageTransform>(pipeline),
        FrameSamplers.Middle);
}
