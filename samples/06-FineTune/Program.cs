// Fine-tunes a model on your triplets, resumes when started again, and reports the gain.
//   usage: FineTune [FOLDER]
using System.Text.RegularExpressions;
using CoVR;
using CoVR.Blip;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using CoVR.Training.Runs;
using CoVR.Training.Schedules;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

var output = args is [var folder] ? folder : Path.Combine("artifacts", "fine-tune");
NativeTorch.EnsureLoaded();
torch.set_num_threads(1); // The products are small: one thread is fastest.

// 1. Data. Replace the world by a reader of yours (sample 05) or a published set (WebVidCoVROptions, CirrOptions, ...).
var world = await SyntheticWorld.WriteAsync(
    Path.Combine(output, "world"),
    new SyntheticWorldOptions { TrainingItems = 600, TrainingTriplets = 1200, TestQueries = 60, ValidationQueries = 1, GalleryItems = 200, TrainingClips = 0, GalleryClips = 0 });
var layout = new WebVidCoVROptions();
world.Configure(layout);
var reader = layout.CreateReader();
var (train, test) = (await reader.ReadAsync(DatasetSplit.Train), await reader.ReadAsync(DatasetSplit.Test));

// 2. The weights to start from. Here a small model that has seen pictures and captions; for the published one set `start = "blip-l-coco"` and leave Small out.
var start = Path.Combine(output, "start.safetensors");
if (!File.Exists(start))
{
    await using var pretraining = Build("pretraining", null, TrainableWeights.All, options => (options.MaxSteps, options.LearningRate) = (150, 1e-3));
    await pretraining.GetRequiredService<Trainer>().PretrainAsync(new TrainingPlan { Dataset = train, Locate = reader.Locate });
    Checkpoint.WriteSafetensors(start, (await pretraining.GetRequiredService<IModelProvider>().GetAsync()).Module!.state_dict());
}

// 3. Fine-tuning: the visual encoder is frozen, so that each picture is encoded once. A run that was stopped goes on at its last saved step.
await using var tuning = Build("tuning", start, TrainableWeights.Composed, options =>
{
    (options.MaxSteps, options.LearningRate, options.PrecomputeVisualTokens) = (150, 1e-3, true);
    (options.OutputFolder, options.SaveEverySteps) = (Path.Combine(output, "run"), 50);
});
await EmbedAsync(tuning, train.Triplets.Select(triplet => triplet.Target!.Value).Distinct());
var result = await tuning.GetRequiredService<Trainer>().TrainAsync(new TrainingPlan { Dataset = train, Locate = reader.Locate });
Console.WriteLine(result.ResumedAt is { } step ? $"resumed at step {step}, now {result.Steps}" : $"trained {result.Steps} steps");

// 4. The new weights, and what they bring on combinations that no training picture showed.
var tuned = Path.Combine(output, "tuned.safetensors");
Checkpoint.WriteSafetensors(tuned, (await tuning.GetRequiredService<IModelProvider>().GetAsync()).Module!.state_dict());
Console.WriteLine(FormattableString.Invariant($"R@10 before {await RecallAsync(start, "before"):F1}, after {await RecallAsync(tuned, "after"):F1}"));
Console.WriteLine($"weights: {tuned}");

async Task<double> RecallAsync(string weights, string name)
{
    await using var search = Build(name, weights, TrainableWeights.Composed, _ => { });
    await EmbedAsync(search, test.Candidates);
    var results = await search.GetRequiredService<Evaluator>().EvaluateAsync(test, reader, new RecallProtocol(cutoffs: [10]));
    return results[0].Report.Metrics["R@10"];
}

async Task EmbedAsync(IServiceProvider pipeline, IEnumerable<MediaId> ids)
{
    await foreach (var outcome in pipeline.GetRequiredService<IEmbeddingJob>().EmbedAsync([.. ids.Select(id => new MediaItem(id, reader.Locate(id)))]))
    {
        if (outcome.Failure is { } failure)
        {
            throw failure;
        }
    }
}

ServiceProvider Build(string name, string? checkpoint, TrainableWeights trainable, Action<TrainingOptions> configure)
{
    var services = new ServiceCollection();
    services.AddCoVR()
        .UseBlip(options =>
        {
            Small(options);
            (options.Checkpoint, options.Trainable, options.TrainVisualEncoder) = (checkpoint, trainable, trainable == TrainableWeights.All);
        })
        .UseFolderGallery(Path.Combine(output, $"embeddings-{name}"))
        .UseContrastiveLoss<HardNegativeNceLoss>()
        .AddLossTerm<QueryToTargetTerm>()
        .AddTraining(options =>
        {
            (options.BatchSize, options.IterateTargets, options.PadToLongest) = (32, false, true);
            (options.Schedule, options.WarmupSteps, options.PixelCacheBytes) = (TrainingScheduleKind.CosinePerStep, 15, 1L << 28);
            configure(options);
        });
    return services.BuildServiceProvider();
}

void Small(ModelOptions options)
{
    options.Architecture = new BlipArchitecture
    {
        Image = ImageInput.Clip(32),
        Vision = new VisionTransformerOptions { PatchSize = 8, Width = 96, Depth = 3, Heads = 4, FeedForwardWidth = 384, DropPath = 0, ConvolutionalStem = true, SinCosPositions = true, PositionWavelength = 20, InitializerRange = 0.08, CheckpointedBlocks = 0 },
        Text = new BertOptions { VocabularySize = 0, Width = 96, Depth = 2, Heads = 4, FeedForwardWidth = 384, MaxPositions = 32, Dropout = 0, AttentionDropout = 0, InitializerRange = 0.08 },
        Dimensions = 64,
    };
    options.Text = new TextInput(TrainingLength: 24, EvaluationLimit: 24, MaxWords: 30);
    options.Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words()];
}

IEnumerable<string> Words() => train.Triplets
    .SelectMany(triplet => Regex.Matches($"{triplet.Modification} {triplet.TargetCaption}".ToLowerInvariant(), @"\w+|[^\w\s]").Select(match => match.Value))
    .Distinct()
    .Order(StringComparer.Ordinal);
