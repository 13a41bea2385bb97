using System.Globalization;
using CoVR.Construction.Work;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Construction.Tests;

/// <summary>Constructs from the pictures and captions of the synthetic world, and compares with what the world knows of each picture.</summary>
public sealed class PlantedTruthTests : IAsyncLifetime
{
    // Every value of every attribute by a word that no other caption has.
    private static readonly string[][] Attributes =
    [
        ["circle", "triangle", "cross", "ring", "bar"], ["red", "yellow", "green", "blue", "purple", "pink"], ["small", "medium", "large"],
        ["snow", "sand", "stone", "grass", "night"], ["centre", "left", "right", "top", "bottom"],
    ];

    private readonly TemporaryFolder _folder = new();
    private ConstructionOptions _options = null!;
    private Dictionary<string, string> _captions = null!;

    public async ValueTask InitializeAsync()
    {
        var world = await SyntheticWorld.WriteAsync(
            _folder["world"], new SyntheticWorldOptions { Side = 16, TrainingItems = 1500, TrainingTriplets = 6000, TrainingClips = 0, GalleryClips = 0, GalleryItems = 1, TestQueries = 1, ValidationQueries = 1 },
            cancellationToken: TestContext.Current.CancellationToken);
        var rows = File.ReadLines(_folder["world", "train.csv"]).Skip(1).Select(line => System.Text.RegularExpressions.Regex.Matches(line, "\"([^\"]*)\"|[^,]+").Select(field => field.Value.Trim('"')).ToArray());
        _captions = rows.SelectMany(row => new[] { (Id: row[2], Caption: row[0]), (Id: row[3], Caption: row[1]) }).DistinctBy(item => item.Id).ToDictionary(item => item.Id, item => item.Caption);
        _options = MadeCaptions.Options(_folder);
        await File.WriteAllLinesAsync(_folder["captions.csv"], _captions.Select(item => $"{item.Key},\"{item.Value}\"").Prepend("id,caption"), TestContext.Current.CancellationToken);
        _options.Collect.MediaFolder = world.MediaFolder;
        _options.Mining.MaxGroup = 500;
        _options.Split.DivideConnected = true;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task RunAsync_SyntheticWorld_PairsDifferInWhatTheEditSays()
    {
        await new ConstructionPipeline(_options).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        var triplets = Triplets();
        var right = triplets.Count(triplet => Differences(triplet.Reference, triplet.Target).Length == 1);
        var told = triplets.Count(triplet => Differences(triplet.Reference, triplet.Target) is [var (from, to)] && Says(triplet.Edit, from, to));
        TestContext.Current.SendDiagnosticMessage($"{triplets.Count} triplets, pairs {right}, edits {told}");
        Assert.True(triplets.Count > 1000, $"{triplets.Count} triplets");
        Assert.True(right >= 0.99 * triplets.Count, $"{right} of {triplets.Count} pairs");
        Assert.True(told >= 0.98 * triplets.Count, $"{told} of {triplets.Count} edits");
    }

    [Fact]
    public async Task RunAsync_SyntheticWorld_NoMediumIsInTwoSplitsAndReadersReadThem()
    {
        await new ConstructionPipeline(_options).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        HashSet<MediaId> seen = [];
        foreach (var (split, file) in new[] { (DatasetSplit.Train, "train"), (DatasetSplit.Validation, "val"), (DatasetSplit.Test, "test") })
        {
            var dataset = await ReadAsync(split, _folder["dataset", file + ".csv"]);
            HashSet<MediaId> media = [.. dataset.Triplets.SelectMany(triplet => new[] { triplet.Reference, triplet.Target!.Value })];
            Assert.NotEmpty(media);
            Assert.Empty(media.Intersect(seen));
            seen.UnionWith(media);
        }
    }

    [Fact]
    public async Task RunAsync_TestSetNamed_LeavesNoneOfItsCaptionsAndMedia()
    {
        var leaks = _captions.Take(20).ToArray();
        await File.WriteAllLinesAsync(
            _folder["benchmark.csv"], leaks.Take(10).Select(item => $"\"{item.Value.ToUpperInvariant()}.\",x/y").Concat(leaks.Skip(10).Select(item => $"nothing,{item.Key}")).Prepend("txt2,pth2"), TestContext.Current.CancellationToken);
        _options.Split.TestSets.Add(_folder["benchmark.csv"]);

        var reports = await new ConstructionPipeline(_options).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        var triplets = Triplets();
        Assert.Equal(2, reports.Single(report => report.Stage == ConstructionStage.Split).Dropped.Count(dropped => dropped.Reason.Contains("benchmark.csv", StringComparison.Ordinal)));
        HashSet<string> captions = [.. leaks.Take(10).Select(item => item.Value.Replace(",", "", StringComparison.Ordinal))], media = [.. leaks.Skip(10).Select(item => item.Key)];
        Assert.DoesNotContain(triplets, triplet => captions.Contains(triplet.TargetCaption) || media.Contains(triplet.Reference) || media.Contains(triplet.Target));
    }

    private IReadOnlyList<(string Reference, string Target, string Edit, string TargetCaption)> Triplets()
    {
        using var file = WorkFile.Open(_options);
        return file.Read("SELECT pth1, pth2, edit, txt2 FROM triplets", row => (row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3)));
    }

    private (string From, string To)[] Differences(string reference, string target) =>
        [.. Attributes.Select(values => (From: ValueOf(reference, values), To: ValueOf(target, values))).Where(value => value.From != value.To)];

    private string ValueOf(string id, string[] values) => values.Single(value => _captions[id].Replace(",", "", StringComparison.Ordinal).Split(' ').Contains(value));

    // What goes and what comes stand in the roles of their template.
    private static bool Says(string edit, string from, string to) => TemplateEditWriter.PaperTemplates.Any(template => edit == string.Format(CultureInfo.InvariantCulture, template, from, to));

    private async Task<TripletDataset> ReadAsync(DatasetSplit split, string file)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddCoVR().AddWebVidCoVR(options => options.AddSplit(split, file, _options.Collect.MediaFolder!));
        await using var provider = services.BuildServiceProvider();
        return await provider.GetRequiredKeyedService<ITripletDatasetReader>(string.Empty).ReadAsync(split, TestContext.Current.CancellationToken);
    }
}
