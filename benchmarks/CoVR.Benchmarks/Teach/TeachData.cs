using System.Globalization;
using CoVR.Construction;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Benchmarks.Teach;

/// <summary>A world, and the data sets that are constructed from its training pictures and one caption of each.</summary>
internal sealed class TeachData
{
    private readonly string _folder;
    private readonly string _media;

    private TeachData(string folder, string media, int seed, TeachSize size, ITripletDatasetReader reader) =>
        (_folder, _media, Seed, Size, Reader) = (folder, media, seed, size, reader);

    /// <summary>The seed of world, weights and batches.</summary>
    public int Seed { get; }

    /// <summary>How much of everything.</summary>
    public TeachSize Size { get; }

    /// <summary>Reads the world.</summary>
    public ITripletDatasetReader Reader { get; }

    /// <summary>The world's own triplets.</summary>
    public required TripletDataset Train { get; init; }

    /// <summary>Queries about combinations that training never shows.</summary>
    public required TripletDataset Test { get; init; }

    private Dictionary<MediaId, string> Captions => Train.Triplets.DistinctBy(triplet => triplet.Target).ToDictionary(triplet => triplet.Target!.Value, triplet => triplet.TargetCaption!);

    /// <summary>Writes the world of a seed, or opens it.</summary>
    public static async Task<TeachData> OpenAsync(string folder, int seed, TeachSize size)
    {
        var world = await SyntheticWorld.WriteAsync(System.IO.Path.Combine(folder, "world"), size.World(seed));
        var layout = new WebVidCoVROptions();
        world.Configure(layout);
        var reader = layout.CreateReader();
        return new TeachData(folder, world.MediaFolder, seed, size, reader)
        {
            Train = await reader.ReadAsync(DatasetSplit.Train),
            Test = await reader.ReadAsync(DatasetSplit.Test),
        };
    }

    /// <summary>A file or folder of this seed.</summary>
    public string Path(string name) => System.IO.Path.Combine(_folder, name);

    /// <summary>As many triplets as the world has, drawn from what <c>covr construct</c> makes of its training pictures and captions.</summary>
    /// <param name="name">The name of the data set.</param>
    /// <param name="words">Words that may differ.</param>
    /// <param name="writer">Writes the edits.</param>
    public async Task<TripletDataset> ConstructAsync(string name, int words, IEditWriter writer)
    {
        var (captions, file) = (Captions, Path("captions.csv"));
        await File.WriteAllLinesAsync(file, captions.Select(item => $"{item.Key},\"{item.Value}\"").Prepend("id,caption"));
        var options = new ConstructionOptions
        {
            WorkFile = Path($"{name}.duckdb"),
            Threads = 1,
            MemoryLimit = 1024,
            Seed = Seed,
            Collect = { Inputs = { file }, MediaFolder = _media },
            Mining = { Words = words },
            Edits = { TextsPerPair = 4 },
            Split = { ValidationShare = 0, TestShare = 0 },
            Export = { Folder = Path($"{name}-dataset") },
        };
        await new ConstructionPipeline(options) { EditWriter = writer }.RunAsync();
        var layout = new WebVidCoVROptions();
        layout.AddSplit(DatasetSplit.Train, Path(System.IO.Path.Combine($"{name}-dataset", "train.csv")), _media);
        return Draw(await layout.CreateReader().ReadAsync(DatasetSplit.Train), captions);
    }

    // Half of the triplets change one attribute and half two, as in the world, where both were mined.
    private TripletDataset Draw(TripletDataset made, Dictionary<MediaId, string> captions)
    {
        var triplets = made.Triplets.ToArray();
        new Random(Seed).Shuffle(triplets);
        var kinds = triplets.GroupBy(triplet => WorldWords.Differences(captions[triplet.Reference], captions[triplet.Target!.Value])).Select(kind => kind.ToArray()).ToArray();
        Console.WriteLine($"  {string.Join(" + ", kinds.Select(kind => kind.Length.ToString("N0", CultureInfo.InvariantCulture)))} triplets");
        return made with { Triplets = [.. kinds.SelectMany(kind => kind.Take(Train.Triplets.Count / kinds.Length))] };
    }
}

/// <summary>The size of the world and the length of both stages.</summary>
/// <param name="Pretraining">Steps on captions.</param>
/// <param name="PretrainingBatch">Captions in a batch.</param>
/// <param name="Ordinary">Steps before hard batches come.</param>
/// <param name="Composition">Steps on edits.</param>
/// <param name="CompositionBatch">Triplets in a batch.</param>
internal sealed record TeachSize(int Pretraining, int PretrainingBatch, int Ordinary, int Composition, int CompositionBatch)
{
    /// <summary>As the quick start.</summary>
    public static TeachSize Full { get; } = new(1100, 48, 250, 700, 64);

    /// <summary>Enough to tell what is learnt from what is not.</summary>
    public static TeachSize Quick { get; } = new(300, 32, 100, 200, 32);

    /// <summary>The world: pictures only.</summary>
    public SyntheticWorldOptions World(int seed) => this == Full
        ? new() { Seed = seed, TrainingClips = 0, GalleryClips = 0 }
        : new() { Seed = seed, TrainingItems = 2400, TrainingTriplets = 4000, TestQueries = 100, ValidationQueries = 1, GalleryItems = 500, TrainingClips = 0, GalleryClips = 0 };
}
