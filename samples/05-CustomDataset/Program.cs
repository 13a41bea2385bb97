// A data set in a custom layout: ShopDataset.cs reads it, AddDataset registers it, the evaluator takes it like a published one.
//   usage: CustomDataset [FOLDER]     FOLDER holds triplets.jsonl and media/; without it, or where it is empty, a small one is made
using System.Text.Json;
using System.Text.RegularExpressions;
using CoVR;
using CoVR.Blip;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Modeling.Layers;
using CustomDataset;
using Microsoft.Extensions.DependencyInjection;

var folder = args is [var given] ? given : Path.Combine("artifacts", "custom-dataset");
if (!File.Exists(Path.Combine(folder, "triplets.jsonl")))
{
    await MakeAsync(folder);
}

var services = new ServiceCollection();
services.AddSingleton(new ShopFiles(folder));
services.AddCoVR()
    .AddDataset<ShopDataset>()
    .UseFolderGallery(Path.Combine(folder, "embeddings"))
    .UseBlip(options =>
    {
        // Random weights in a small size keep the sample short; with options.Checkpoint = "webvid-covr" instead, this is the published model.
        options.Architecture = new BlipArchitecture
        {
            Image = ImageInput.Clip(32),
            Vision = new VisionTransformerOptions { PatchSize = 8, Width = 48, Depth = 2, Heads = 4, FeedForwardWidth = 96, CheckpointedBlocks = 0 },
            Text = new BertOptions { VocabularySize = 0, Width = 48, Depth = 2, Heads = 4, FeedForwardWidth = 96, MaxPositions = 32 },
            Dimensions = 32,
        };
        options.Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words("make it red, blue, green, large, small, a circle, a square")];
    });
await using var provider = services.BuildServiceProvider();

var reader = provider.GetRequiredKeyedService<ITripletDatasetReader>("");
var test = await reader.ReadAsync(DatasetSplit.Test);
Console.WriteLine($"{test.Triplets.Count} triplets, {test.Candidates.Count} candidates");

await foreach (var outcome in provider.GetRequiredService<IEmbeddingJob>().EmbedAsync([.. test.Candidates.Select(id => new MediaItem(id, reader.Locate(id)))]))
{
    if (outcome.Failure is { } failure)
    {
        Console.Error.WriteLine(failure.Message);
    }
}

var results = await provider.GetRequiredService<Evaluator>().EvaluateAsync(test, reader, new RecallProtocol(cutoffs: [1, 5, 10]));
foreach (var (metric, value) in results[0].Report.Metrics)
{
    Console.WriteLine(FormattableString.Invariant($"{metric,-8} {value:F2}"));
}

static IEnumerable<string> Words(string text) => Regex.Matches(text, @"\w+|[^\w\s]").Select(match => match.Value).Distinct();

// The layout, made from the quick start's world.
static async Task MakeAsync(string folder)
{
    var world = await SyntheticWorld.WriteAsync(
        Path.Combine(folder, "world"),
        new SyntheticWorldOptions { TrainingItems = 100, TrainingTriplets = 100, TestQueries = 30, ValidationQueries = 1, GalleryItems = 80, TrainingClips = 0, GalleryClips = 0 });
    var layout = new WebVidCoVROptions();
    world.Configure(layout);
    var source = layout.CreateReader();
    var test = await source.ReadAsync(DatasetSplit.Test);
    Directory.CreateDirectory(Path.Combine(folder, "media"));
    var names = test.Candidates.Concat(test.Triplets.Select(triplet => triplet.Reference)).Distinct().ToDictionary(id => id, id => $"{id.Value.Replace('/', '-')}{Path.GetExtension(source.Locate(id).Path)}");
    foreach (var (id, name) in names)
    {
        File.Copy(source.Locate(id).Path!, Path.Combine(folder, "media", name), overwrite: true);
    }

    await File.WriteAllLinesAsync(
        Path.Combine(folder, "triplets.jsonl"),
        test.Triplets.Select(triplet => JsonSerializer.Serialize(new { reference = names[triplet.Reference], edit = triplet.Modification, target = names[triplet.Target!.Value] })));
}
