using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Fakes;

/// <summary>Both families in a few thousand parameters, with dropout and stochastic depth, for the pictures of <see cref="FakeWorld"/>.</summary>
internal static class KindModels
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "circle", "square", "make", "it", "number", "on", "the", "left", "1", "2", "3", "4"];

    internal static ComposedModel Blip(TrainableWeights trainable = TrainableWeights.Composed, QueryFusion? fusion = null, bool vision = false, int? checkpointed = null) => TestModels.Create(pipeline => pipeline.UseBlip(options =>
    {
        options.Architecture = new BlipArchitecture
        {
            Image = ImageInput.Clip(TinyEncoder.Size),
            Dimensions = 8,
            Vision = new VisionTransformerOptions { PatchSize = 2, Width = 24, Depth = 3, Heads = 2, FeedForwardWidth = 48, DropPath = 0.3 },
            Text = new BertOptions { VocabularySize = 0, Width = 24, Depth = 2, Heads = 2, FeedForwardWidth = 48, MaxPositions = 40 },
        };
        options.Vocabulary = Vocabulary;
        options.Trainable = trainable;
        options.Fusion = fusion;
        options.TrainVisualEncoder = vision;
        options.CheckpointedBlocks = checkpointed;
        options.Seed = 7;
    }));

    internal static ComposedModel Blip2(TrainableWeights trainable = TrainableWeights.Composed, QueryFusion? fusion = null, bool vision = false, int? checkpointed = null) => TestModels.Create(pipeline => pipeline.UseBlip2(options =>
    {
        options.Architecture = new Blip2Architecture
        {
            Image = ImageInput.Clip(TinyEncoder.Size),
            Dimensions = 8,
            Queries = 3,
            Vision = new Blip2Architecture().Vision with { PatchSize = 2, Width = 16, Depth = 3, Heads = 2, FeedForwardWidth = 32, DropPath = 0.3 },
            Text = new Blip2Architecture().Text with { VocabularySize = 0, Width = 24, Depth = 2, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 },
        };
        options.Vocabulary = Vocabulary;
        options.Trainable = trainable;
        options.Fusion = fusion;
        options.TrainVisualEncoder = vision;
        options.CheckpointedBlocks = checkpointed;
        options.Seed = 7;
    }));

    internal static TrainingRun<ComposedBatch> Run(ComposedModel model, QueryParts parts = QueryParts.Both, params IRunLogger[] loggers)
    {
        set_num_threads(1);
        var world = new FakeWorld(32, model.Encoder.Vectors);
        return new TrainingRun<ComposedBatch>
        {
            Step = new ComposedTrainingStep(
                model.Encoder, [new(new QueryToTargetTerm(new HardNegativeNceLoss()), 1)], new ComposedStepSettings { Parts = parts }),
            Batches = new TrainingBatcher(world.Triplets, new ItemSampler(32, 8), new ComposedBatchSources
            {
                Texts = TrainingTokenizer.For(model),
                Targets = world,
                Parts = parts,
                References = parts.HasFlag(QueryParts.Reference) ? world : null,
            }),
            Loggers = loggers,
        };
    }

    internal static TrainingOptions Options(string? folder = null, ScalarType precision = ScalarType.Float32) => new()
    {
        Epochs = 1,
        LearningRate = 1e-2,
        OutputFolder = folder,
        Precision = precision,
    };

    internal static Dictionary<string, float[]> Weights(ComposedModel model) =>
        model.Module!.state_dict().Where(entry => entry.Value.dtype is ScalarType.Float32).ToDictionary(entry => entry.Key, entry => entry.Value.data<float>().ToArray(), StringComparer.Ordinal);

    internal static HashSet<string> Changed(Dictionary<string, float[]> before, Dictionary<string, float[]> after) =>
        [.. before.Where(entry => !entry.Value.AsSpan().SequenceEqual(after[entry.Key])).Select(entry => entry.Key)];
}
