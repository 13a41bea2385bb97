using CoVR.Blip;
using CoVR.Data;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Benchmarks.Steps;

/// <summary>A BLIP of 20 million weights with made-up pictures, texts and targets.</summary>
internal static class MadeTraining
{
    private const int Side = 96;
    private static readonly string[] Words = ["red", "blue", "green", "circle", "square", "star", "left", "right", "large", "small"];

    private static readonly BlipArchitecture Architecture = new()
    {
        Image = ImageInput.Clip(Side),
        Dimensions = 64,
        Vision = new VisionTransformerOptions { PatchSize = 16, Width = 384, Depth = 6, Heads = 6, FeedForwardWidth = 1536, CheckpointedBlocks = 0 },
        Text = new BertOptions { VocabularySize = 0, Width = 384, Depth = 4, Heads = 6, FeedForwardWidth = 1536, MaxPositions = 64 },
    };

    internal static ComposedModel Model(bool trainVision) => MadeModels.Create(new ModelOptions
    {
        Architecture = Architecture,
        Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words],
        Trainable = trainVision ? TrainableWeights.All : TrainableWeights.Composed,
        TrainVisualEncoder = trainVision,
        Seed = 7,
    });

    /// <summary>BLIP-large with a frozen ViT.</summary>
    internal static ComposedModel Large() =>
        MadeModels.Create(new ModelOptions { Vocabulary = MadeModels.Vocabulary, Seed = 1, Trainable = TrainableWeights.Composed });

    /// <summary>Mean milliseconds of a step, of the clock and of the processor, after two steps to warm up.</summary>
    internal static async Task<(double Wall, double Processor)> MeasureAsync(ComposedModel model, int batch, int steps, Action<TrainingOptions>? configure = null)
    {
        var meter = new StepMeter(steps);
        Triplet[] triplets = [.. Enumerable.Range(0, batch * 4).Select(i => new Triplet(
            $"{i}", new MediaId($"{i}"), $"{Words[i % 10]} {Words[i / 3 % 10]} {Words[i / 7 % 10]}", new MediaId($"{i}")))];
        await TrainAsync(
            model,
            triplets,
            options =>
            {
                (options.MaxSteps, options.BatchSize) = (StepMeter.Warm + steps, batch);
                configure?.Invoke(options);
            },
            meter);
        return meter.Mean;
    }

    /// <summary>Trains on pictures without content: reading them costs nothing.</summary>
    internal static async Task TrainAsync(ComposedModel model, IReadOnlyList<Triplet> triplets, Action<TrainingOptions> configure, IProgress<StepRecord> progress)
    {
        var services = new ServiceCollection();
        services.AddCoVR().UseModel(model).UseContrastiveLoss<HardNegativeNceLoss>().AddLossTerm<QueryToTargetTerm>()
            .UseTrainingTransform((_, input) => new Noise(input))
            .AddTraining(configure);
        await using var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<IGallery>();
        var random = new Random(1);
        foreach (var target in triplets.Select(triplet => triplet.Target!.Value).Distinct())
        {
            var values = Enumerable.Range(0, model.Encoder.Dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray();
            await store.UpsertAsync([new GalleryEntry(target, new EmbeddingSet(values, 1, model.Encoder.Dimensions))]);
        }

        var picture = MediaSource.FromFrames([new RgbFrame(1, 1, new byte[3])]);
        var plan = new TrainingPlan { Dataset = new TripletDataset("made-up", DatasetSplit.Train, triplets, []), Locate = _ => picture };
        await provider.GetRequiredService<Trainer>().TrainAsync(plan, progress);
    }

    /// <summary>Random pixels instead of those of a picture.</summary>
    private sealed class Noise(ImageInput input) : IImageTransform
    {
        public ImageInput Input => input;

        public void Apply(RgbFrame frame, Random random, Span<float> destination) => destination.Fill(random.NextSingle());
    }
}
