// A loss term that is not ours, beside the paper's: AlignmentTerm.cs is the term, AddLossTerm<AlignmentTerm>(0.2) adds it, the logs name it.
//   usage: CustomLossTerm [FOLDER]
using System.Text.RegularExpressions;
using CoVR;
using CoVR.Blip;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CustomLossTerm;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

var output = args is [var folder] ? folder : Path.Combine("artifacts", "custom-loss-term");

// 1. Data: pictures of coloured shapes with captions and edits.
var world = await SyntheticWorld.WriteAsync(
    Path.Combine(output, "world"),
    new SyntheticWorldOptions { TrainingItems = 300, TrainingTriplets = 400, TestQueries = 1, ValidationQueries = 1, GalleryItems = 20, TrainingClips = 0, GalleryClips = 0 });
var layout = new WebVidCoVROptions();
world.Configure(layout);
var reader = layout.CreateReader();
var train = await reader.ReadAsync(DatasetSplit.Train);

// 2. A small BLIP, the paper's loss (HN-NCE between query and target), and our term with a weight of 0.2.
var services = new ServiceCollection();
services.AddCoVR()
    .UseBlip(Small)
    .UseFolderGallery(Path.Combine(output, "embeddings"))
    .UseContrastiveLoss<HardNegativeNceLoss>()
    .AddLossTerm<QueryToTargetTerm>()
    .AddLossTerm<AlignmentTerm>(0.2)
    .AddTraining(options =>
    {
        (options.MaxSteps, options.BatchSize, options.LearningRate) = (60, 32, 1e-3);
        (options.IterateTargets, options.PadToLongest, options.PrecomputeVisualTokens) = (false, true, true);
    });
await using var provider = services.BuildServiceProvider();
NativeTorch.EnsureLoaded();
torch.set_num_threads(1); // The products are small: one thread is fastest.

// 3. The embeddings of the targets, computed once: the visual encoder is frozen.
var targets = train.Triplets.Select(triplet => triplet.Target!.Value).Distinct().Select(id => new MediaItem(id, reader.Locate(id)));
await foreach (var outcome in provider.GetRequiredService<IEmbeddingJob>().EmbedAsync([.. targets]))
{
    if (outcome.Failure is { } failure)
    {
        throw failure;
    }
}

// 4. Training: each step reports every term by its name.
await provider.GetRequiredService<Trainer>().TrainAsync(new TrainingPlan { Dataset = train, Locate = reader.Locate }, new EveryTwentySteps());

void Small(ModelOptions options)
{
    options.Architecture = new BlipArchitecture
    {
        Image = ImageInput.Clip(32),
        Vision = new VisionTransformerOptions { PatchSize = 8, Width = 96, Depth = 3, Heads = 4, FeedForwardWidth = 384, DropPath = 0, ConvolutionalStem = true, SinCosPositions = true, CheckpointedBlocks = 0 },
        Text = new BertOptions { VocabularySize = 0, Width = 96, Depth = 2, Heads = 4, FeedForwardWidth = 384, MaxPositions = 32, Dropout = 0, AttentionDropout = 0 },
        Dimensions = 64,
    };
    options.Text = new TextInput(TrainingLength: 24, EvaluationLimit: 24, MaxWords: 30);
    options.Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words()];
    options.Trainable = TrainableWeights.Composed;
}

IEnumerable<string> Words() => train.Triplets
    .SelectMany(triplet => Regex.Matches($"{triplet.Modification} {triplet.TargetCaption}".ToLowerInvariant(), @"\w+|[^\w\s]").Select(match => match.Value))
    .Distinct()
    .Order(StringComparer.Ordinal);

/// <summary>Prints every twentieth step.</summary>
internal sealed class EveryTwentySteps : IProgress<StepRecord>
{
    public void Report(StepRecord value)
    {
        if (value.Step % 20 == 0)
        {
            var terms = string.Join("   ", value.Terms.Select(term => FormattableString.Invariant($"{term.Key} {term.Value:F3}")));
            Console.WriteLine(FormattableString.Invariant($"step {value.Step,3}   loss {value.Loss:F3}   {terms}"));
        }
    }
}
