using CoVR.Blip;
using CoVR.Data;
using CoVR.Distributed;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Layers;
using CoVR.Training;
using TorchSharp;

namespace CoVR.Benchmarks.Steps;

/// <summary>A BLIP of 20 million weights with made-up pictures, texts and targets.</summary>
internal sealed class MadeTraining : IPixelSource, ITargetEmbeddings
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

    private readonly Triplet[] _triplets;

    internal MadeTraining(int items) => _triplets = [.. Enumerable.Range(0, items).Select(i => new Triplet(
        $"{i}", new MediaId($"{i}"), $"{Words[i % 10]} {Words[i / 3 % 10]} {Words[i / 7 % 10]}", new MediaId($"{i}"), Words[i % 10]))];

    public ImageInput Input => Architecture.Image;

    public int Vectors => 1;

    public int Dimensions => Architecture.Dimensions;

    public ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken)
    {
        destination.Span.Fill(random.NextSingle());
        return ValueTask.CompletedTask;
    }

    public ValueTask<EmbeddingSet> ReadAsync(Triplet triplet, Random random, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new EmbeddingSet(Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray(), 1, Dimensions));

    internal static ComposedModel Model(bool trainVision) => MadeModels.Create(new ModelOptions
    {
        Architecture = Architecture,
        Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words],
        Trainable = trainVision ? TrainableWeights.All : TrainableWeights.Composed,
        TrainVisualEncoder = trainVision,
        Seed = 7,
    });

    /// <summary>Mean milliseconds of a step, of the clock and of the processor, after two steps to warm up.</summary>
    internal static async Task<(double Wall, double Processor)> MeasureAsync(ComposedModel model, int batch, int steps, ComposedTrainingStepOptions options, ICollective? ranks = null)
    {
        var made = new MadeTraining(batch * 4);
        var meter = new StepMeter(steps);
        var run = new TrainingRun<ComposedBatch>
        {
            Step = new ComposedTrainingStep(model.Encoder, [new(new QueryToTargetTerm(new HardNegativeNceLoss()), 1)], options with { Collective = ranks }),
            Batches = new TrainingBatcher(
                made._triplets,
                new ItemSampler(made._triplets.Length, batch),
                new ComposedBatchSources { Texts = TrainingTokenizer.For(model), Targets = made, References = made },
                collective: ranks),
            Collective = ranks,
        };
        await new Trainer(new TrainingOptions { MaxSteps = StepMeter.Warm + steps }).RunAsync(run, meter);
        return meter.Mean;
    }
}
