// The library on one page: make data, train a small model for a moment, embed a gallery, ask it.
// `covr demo` trains longer, in two stages, and shows how well that answers.
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
using CoVR.Training.Runs;
using CoVR.Training.Schedules;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

var output = args is [var folder] ? folder : Path.Combine("artifacts", "quickstart-sample");

// 1. Data: pictures and clips of coloured shapes with captions and edits, in the layout of WebVid-CoVR.
var world = await SyntheticWorld.WriteAsync(Path.Combine(output, "world"), new SyntheticWorldOptions
{
    TrainingItems = 600,
    TrainingTriplets = 800,
    TestQueries = 40,
    ValidationQueries = 10,
    GalleryItems = 500,
    TrainingClips = 2,
    GalleryClips = 4,
});
var layout = new WebVidCoVROptions();
world.Configure(layout);
var reader = layout.CreateReader();
var train = await reader.ReadAsync(DatasetSplit.Train);
var test = await reader.ReadAsync(DatasetSplit.Test);

// 2. A pipeline: BLIP in a small size with random weights; everything else is the default.
var services = new ServiceCollection();
services.AddCoVR().UseBlip(options =>
{
    options.Architecture = new BlipArchitecture
    {
        Image = ImageInput.Clip(32),
        Vision = new VisionTransformerOptions { PatchSize = 8, Width = 96, Depth = 3, Heads = 4, FeedForwardWidth = 384, DropPath = 0, ConvolutionalStem = true, SinCosPositions = true, PositionWavelength = 20, InitializerRange = 0.08, CheckpointedBlocks = 0 },
        Text = new BertOptions { VocabularySize = 0, Width = 96, Depth = 2, Heads = 4, FeedForwardWidth = 384, MaxPositions = 32, Dropout = 0, AttentionDropout = 0, InitializerRange = 0.08 },
        Dimensions = 64,
    };
    options.Text = new TextInput(TrainingLength: 24, EvaluationLimit: 24, MaxWords: 30);
    options.Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words(train)];
    options.Checkpoint = null;
    options.Trainable = TrainableWeights.All;
    options.TrainVisualEncoder = true;
})
.UseContrastiveLoss<CrossEntropyContrastiveLoss>()
.AddTraining(options =>
{
    (options.MaxSteps, options.BatchSize, options.LearningRate, options.WarmupSteps) = (100, 32, 1e-3, 20);
    (options.Schedule, options.PadToLongest, options.PixelCacheBytes) = (TrainingScheduleKind.CosinePerStep, true, 1L << 28);
});
await using var provider = services.BuildServiceProvider();

// 3. Training: pictures against their captions, all weights. The products are small, so that one thread is fastest.
NativeTorch.EnsureLoaded();
torch.set_num_threads(1);
var result = await provider.GetRequiredService<Trainer>().PretrainAsync(new TrainingPlan { Dataset = train, Locate = reader.Locate });
Console.WriteLine($"trained {result.Steps} steps");

// 4. Embed the gallery.
var job = provider.GetRequiredService<IEmbeddingJob>();
var embedded = 0;
await foreach (var outcome in job.EmbedAsync([.. test.Candidates.Select(id => new MediaItem(id, reader.Locate(id)))]))
{
    embedded += outcome.Status == EmbedStatus.Embedded ? 1 : 0;
}

Console.WriteLine($"embedded {embedded} of {test.Candidates.Count} items");

// 5. Ask.
var retriever = provider.GetRequiredService<IComposedRetriever>();
foreach (var triplet in test.Triplets.Take(3))
{
    Console.WriteLine($"{triplet.Reference} + \"{triplet.Modification}\"");
    var query = new ComposedQuery(reader.Locate(triplet.Reference), triplet.Modification);
    foreach (var hit in (await retriever.SearchAsync(query, new SearchOptions { Top = 3, Exclude = new HashSet<MediaId> { triplet.Reference } })).Hits)
    {
        Console.WriteLine(FormattableString.Invariant($"  {hit.Rank}. {hit.Id} {hit.Score:F3}"));
    }
}

static IEnumerable<string> Words(TripletDataset data) => data.Triplets
    .SelectMany(triplet => new[] { triplet.Modification, triplet.TargetCaption ?? "" })
    .SelectMany(text => Regex.Matches(text.ToLowerInvariant(), @"\w+|[^\w\s]").Select(match => match.Value))
    .Distinct()
    .Order(StringComparer.Ordinal);
