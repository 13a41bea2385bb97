// A visual backbone that is not ours, plugged into BLIP and trained in the quick start's world:
// ConvBackbone.cs is the network, Pipelines.cs registers it with UseVisualEncoder<ConvBackbone>(), the rest is as for any model.
//   usage: CustomBackbone [--quick] [FOLDER]
using System.Diagnostics;
using System.Globalization;
using CoVR;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CustomBackbone;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

var clock = Stopwatch.StartNew();
var quick = args.Contains("--quick");
var folder = Path.Combine(args.FirstOrDefault(arg => arg != "--quick") ?? Path.Combine("artifacts", "custom-backbone"), "work");
if (Directory.Exists(folder))
{
    Directory.Delete(folder, recursive: true);
}

var plan = quick
    ? new SyntheticWorldOptions { TrainingItems = 200, TrainingTriplets = 300, TestQueries = 20, ValidationQueries = 1, GalleryItems = 100, TrainingClips = 0, GalleryClips = 0 }
    : new SyntheticWorldOptions { TrainingItems = 6000, TrainingTriplets = 16000, TestQueries = 200, GalleryItems = 800, TrainingClips = 0, GalleryClips = 0 };
var world = await SyntheticWorld.WriteAsync(Path.Combine(folder, "world"), plan);
var files = new WebVidCoVROptions();
world.Configure(files);
var reader = files.CreateReader();
var train = await reader.ReadAsync(DatasetSplit.Train, CancellationToken.None);
Say($"{world.Pictures} pictures, {train.Triplets.Count} edits");

NativeTorch.EnsureLoaded();
torch.set_num_threads(1); // The products are small; the other cores prepare batches.
torch.manual_seed(1);
await using var services = Pipelines.Build(world, train, folder, quick ? (20, 10) : (900, 600));

// 1. Pictures and their captions: the backbone and everything else is trained.
var first = await services.GetRequiredKeyedService<IModelProvider>(Pipelines.Captions).GetAsync();
await services.GetRequiredKeyedService<Trainer>(Pipelines.Captions).PretrainAsync(
    new TrainingPlan { Dataset = train, Locate = reader.Locate }, Progress("captions"));
Save(first, Pipelines.Captions);

// 2. References and edits against the embeddings of their targets: the backbone is frozen, so it looks at each picture once.
var second = await services.GetRequiredKeyedService<IModelProvider>(Pipelines.Edits).GetAsync();
await EmbedAsync(Pipelines.Edits, train.Triplets.Select(triplet => triplet.Target!.Value).Distinct());
await services.GetRequiredKeyedService<Trainer>(Pipelines.Edits).TrainAsync(
    new TrainingPlan { Dataset = train, Locate = reader.Locate }, Progress("edits"));
Save(second, Pipelines.Edits);

// 3. Combinations that no training picture showed, with the unchanged reference among the candidates.
var test = await reader.ReadAsync(DatasetSplit.Test, CancellationToken.None);
await EmbedAsync("", test.Candidates);
var results = await services.GetRequiredService<Evaluator>().EvaluateAsync(
    test,
    reader,
    new WebVidCoVRProtocol(excludeReference: false),
    new EvaluationOptions { Queries = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly] });
Say($"{test.Triplets.Count} queries, {test.Candidates.Count} candidates");
foreach (var result in results)
{
    Say(FormattableString.Invariant($"{result.Query.Name,-12} R@1 {result.Report.Metrics["R@1"],6:F2}   R@5 {result.Report.Metrics["R@5"],6:F2}"));
}

async Task EmbedAsync(string pipeline, IEnumerable<MediaId> ids)
{
    await foreach (var outcome in services.GetRequiredKeyedService<IEmbeddingJob>(pipeline).EmbedAsync([.. ids.Select(id => new MediaItem(id, reader.Locate(id)))]))
    {
        if (outcome.Failure is { } failure)
        {
            throw failure;
        }
    }
}

void Save(ComposedModel model, string stage) => Checkpoint.WriteSafetensors(Pipelines.Weights(folder, stage), model.Module!.state_dict());

SteppedProgress Progress(string stage) => new(at => Say(FormattableString.Invariant($"{stage}: step {at.Step} of {at.TotalSteps}, loss {at.Loss:F3}")));

void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,5:F0} s  {line}"));

/// <summary>Reports every 100th step.</summary>
internal sealed class SteppedProgress(Action<StepRecord> tell) : IProgress<StepRecord>
{
    public void Report(StepRecord value)
    {
        if (value.Step % 100 == 0 || value.Step == value.TotalSteps)
        {
            tell(value);
        }
    }
}
