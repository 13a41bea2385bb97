// From captioned pictures to a data set of triplets, with a filter and a writer of our own.
using CoVR.Construction;
using CoVR.Datasets.Synthetic;

var output = args.ElementAtOrDefault(0) ?? Path.Combine("artifacts", "build-dataset-sample");
var options = new ConstructionOptions { WorkFile = Path.Combine(output, "construction.duckdb") };

// 1. Captions: of your folder, in which a .txt lies beside each picture or video, or of made pictures, whose captions are columns of a file.
if (args.ElementAtOrDefault(1) is { } folder)
{
    options.Collect.Inputs.Add(folder);
    options.Collect.MediaFolder = folder;
}
else
{
    var world = await SyntheticWorld.WriteAsync(Path.Combine(output, "world"), new SyntheticWorldOptions { TrainingItems = 1200, TrainingTriplets = 5000, TrainingClips = 0, GalleryClips = 0 });
    options.Collect.Inputs.Add(Path.Combine(world.Folder, "train.csv"));
    (options.Collect.IdColumn, options.Collect.CaptionColumn, options.Collect.MediaFolder) = ("pth2", "txt2", world.MediaFolder);
}

// 2. The stages. Each keeps its result in the work file: a second run repeats only what its options changed.
(options.Split.ValidationShare, options.Split.TestShare, options.Split.DivideConnected) = (0.1, 0.1, true);
options.Export.Folder = Path.Combine(output, "dataset");
var pipeline = new ConstructionPipeline(options) { TextFilters = [new NoSides()], EditWriter = new ShortWriter() };
foreach (var report in await pipeline.RunAsync())
{
    Console.WriteLine($"{report.Stage,-11} {(report.Ran ? "ran" : "unchanged"),-9} kept {report.Kept}{string.Concat(report.Dropped.Select(dropped => $", dropped {dropped.Count}: {dropped.Reason}"))}");
}

// 3. The files: train.csv, val.csv and test.csv as WebVid-CoVR has them, the same for CIRR, a Parquet file, a card, configurations for training.
Console.WriteLine(string.Join('\n', File.ReadLines(Path.Combine(options.Export.Folder, "train.csv")).Take(4)));

/// <summary>Drops changes of side, which a training that mirrors pictures cannot learn.</summary>
internal sealed class NoSides : ITextFilter
{
    private static readonly string[] Sides = ["left", "right"];

    public string Fingerprint => "no sides 1";

    public string? FindFault(CaptionPair pair) => Sides.Contains(pair.WordA) || Sides.Contains(pair.WordB) ? "the side changes" : null;
}

/// <summary>Says what comes, and mostly also what goes.</summary>
internal sealed class ShortWriter : IEditWriter
{
    public string Fingerprint => "short 1";

    public ValueTask<EditAnswer> WriteAsync(EditRequest request, CancellationToken cancellationToken = default) => ValueTask.FromResult(new EditAnswer(
        request.Target.Length % 3 == 0 ? [$"the same with {request.Added}"] : [$"{request.Added} instead of {request.Removed}"]));
}
