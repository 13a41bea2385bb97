using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets.Tests.EndToEnd;
using CoVR.Datasets.Tests.Layouts;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Reproduction.Benchmarks;
using CoVR.Reproduction.Evaluation;
using CoVR.TestData;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Reproduction.Tests.Benchmarks;

/// <summary>From annotation files to a folder of results in one call.</summary>
[Collection("torch")]
public sealed class BenchmarkRunnerTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("webvid-covr", "recalls_covr.json")]
    [InlineData("webvid-covr-rule-based", "recalls_covr.json")]
    [InlineData("cc-coir", "recalls_covr.json")]
    [InlineData("cirr", "recalls_cirr.json,recalls_cirr_subset.json", true)]
    [InlineData("cirr-val", "recalls_cirr.json,recalls_cirr_subset.json", true)]
    [InlineData("circo", "recalls_circo-test.json", true)]
    [InlineData("circo-val", "recalls_circo-val.json")]
    [InlineData("merged", "recalls_covr.json")]
    public async Task RunAsync_OfABenchmarkWithOnePart_WritesFilesFiguresAndPages(string name, string files, bool isForServer = false)
    {
        var benchmark = await MakeAsync(name);
        var result = await RunAsync(benchmark, new BenchmarkRunOptions { OutputFolder = _folder["results"], MakePages = (made, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["index.html"] = made.Benchmark }) });

        var part = Assert.Single(result.Parts);
        var scored = Assert.Single(part.Results);
        string[] expected = [.. files.Split(','), "index.html", "metrics.json"];
        Assert.Equal(expected, result.Files);
        Assert.Equal(expected.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(_folder["results"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Equal(part.Gallery.Candidates, part.Gallery.Embedded);
        Assert.Equal(name is "cirr" or "circo", scored.Report.Primary is null);
        Assert.Equal(scored.Report.Metrics.Keys.Order(StringComparer.Ordinal), scored.Intervals.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(isForServer, result.Submissions.Count > 0);
        Assert.All(result.Submissions, submission => Assert.Empty(submission.Faults));
        Assert.Equal(benchmark.Name, File.ReadAllText(_folder["results", "index.html"]));
        using var metrics = JsonDocument.Parse(File.ReadAllBytes(_folder["results", "metrics.json"]));
        var written = metrics.RootElement.GetProperty("parts")[0].GetProperty("results")[0].GetProperty("metrics");
        Assert.Equal(scored.Report.Metrics, written.EnumerateObject().ToDictionary(metric => metric.Name, metric => metric.Value.GetDouble()));
    }

    [Theory]
    [InlineData("blip")]
    [InlineData("blip2")]
    public async Task RunAsync_OfVideosByTwoPresets_GivesTheFiguresOfEach(string family)
    {
        var files = await TinyVideos.WriteAsync(_folder.FullName);
        var benchmark = Benchmark.WebVidCoVR(Like(files));
        var options = new BenchmarkRunOptions { OutputFolder = _folder["results"], Evaluation = { Variants = [EvaluationVariant.LeakFree, EvaluationVariant.Corrected], Queries = AllKinds } };
        await using var services = Services(family);
        var result = await services.GetRequiredService<BenchmarkRunner>().RunAsync(benchmark, options, null, Cancel);

        var model = services.Model();
        var reader = files.CreateReader();
        foreach (var (variant, byAnswers) in new[] { ("honest", false), ("corrected", true) })
        {
            var scored = result.Parts[0].Results.Single(one => one.Variant.Name == variant && one.Query == QueryKind.Composed);
            var plain = PlainScores.Of(model, reader, scored.Dataset, bestPair: false, byAnswers);
            Assert.All(scored.Rankings.Index(), ranking => Assert.Equal(plain.Ranking(ranking.Index), ranking.Item.Select(hit => hit.Id)));
            Assert.All(new[] { 1, 5, 10, 50 }, k => Assert.Equal(plain.Recall(k), scored.Report.Metrics[$"R@{k}"], 0.0051));
            Assert.Equal(byAnswers, scored.Leaks.Count > 0);
            string[] names = ["recalls_covr.json", "recalls_covr_txt.json", "recalls_covr_vis.json", "recalls_covr_avg.json", "recalls_blip2-captions_covr_blip2-captions.json"];
            Assert.All(names, name => Assert.Contains($"{variant}/{name}", result.Files));
            Assert.Contains(FormattableString.Invariant($"\"R1\": {plain.Recall(1):0.0##}"), File.ReadAllText(_folder["results", variant, "recalls_covr.json"]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task RunAsync_ByTheReferencesRules_ComparesRgbReferencesWithABgrGallery()
    {
        var files = await TinyVideos.WriteAsync(_folder.FullName);
        var collection = new ServiceCollection();
        collection.AddCoVR().UseTiny("blip2").ConfigureMedia(media => media.BgrVideos = true).AddBenchmarks();
        await using var services = collection.BuildServiceProvider();
        var options = new BenchmarkRunOptions { Evaluation = { Variants = [ReferencePreset.Variant] } };
        var scored = (await services.GetRequiredService<BenchmarkRunner>().RunAsync(Benchmark.WebVidCoVR(Like(files)), options, null, Cancel)).Parts[0].Results[0];

        var plain = PlainScores.Of(services.Model(), files.CreateReader(), scored.Dataset, bestPair: false, byAnswers: true, swapsGallery: true);
        Assert.Empty(scored.Deviations);
        for (var query = 0; query < scored.Rankings.Count; query++)
        {
            var ranked = scored.Rankings[query].Where(hit => float.IsFinite(hit.Score)).ToDictionary(hit => hit.Id, hit => hit.Score);
            Assert.Equal(plain.Ranking(query).Where(ranked.ContainsKey), ranked.Keys.Where(id => id != scored.Dataset.Triplets[query].Reference));
            Assert.All(ranked, pair => Assert.Equal(plain.Score(query, pair.Key), pair.Value, 2e-3)); // another program decodes the frames
        }
    }

    [Fact]
    public async Task RunAsync_WithABgrGalleryOfASecondPipeline_FillsBothStores()
    {
        var files = await TinyVideos.WriteAsync(_folder.FullName);
        var collection = new ServiceCollection();
        collection.AddCoVR().UseTiny("blip").AddBenchmarks();
        collection.AddCoVR("bgr").UseModel((services, _, cancel) => services.GetRequiredService<IModelProvider>().GetAsync(cancel)).ConfigureMedia(media => media.BgrVideos = true);
        await using var provider = collection.BuildServiceProvider();
        await provider.GetRequiredKeyedService<IModelProvider>("bgr").GetAsync(Cancel);
        var options = new BenchmarkRunOptions
        {
            Evaluation = { Variants = [EvaluationVariant.LeakFree, ReferencePreset.Variant with { Store = provider.GetRequiredKeyedService<IGallery>("bgr") }] },
        };
        options.VariantJobs["reference"] = provider.GetRequiredKeyedService<IEmbeddingJob>("bgr");
        var part = (await provider.GetRequiredService<BenchmarkRunner>().RunAsync(Benchmark.WebVidCoVR(Like(files)), options, null, Cancel)).Parts[0];

        Assert.Equal((5, 10), (part.Gallery.Candidates, part.Gallery.Embedded));
        Assert.Equal(["rgb", "bgr"], part.Results.Select(result => result.Fingerprint.ColourOrder));
        Assert.All(part.Results, result => Assert.Empty(result.Deviations));
        Assert.NotEqual(part.Results[0].Rankings[0].Select(hit => hit.Score), part.Results[1].Rankings[0].Select(hit => hit.Score));
    }

    [Fact]
    public async Task RunAsync_OfFashionIQ_AveragesItsCategories()
    {
        var result = await RunAsync(await MakeAsync("fashioniq"), new BenchmarkRunOptions { OutputFolder = _folder["results"] });

        Assert.Equal(["dress", "shirt", "toptee"], result.Parts.Select(part => part.Part.Name));
        var average = Assert.Single(result.Averages);
        Assert.Equal(["R@1", "R@5", "R@10", "R@50", "R_mean"], average.Intervals.Keys);
        foreach (var (name, value) in average.Report.Metrics)
        {
            Assert.Equal(result.Parts.Average(part => part.Results[0].Report.Metrics[name]), value, 0.0051);
            Assert.InRange(value, average.Intervals[name].Low - 0.01, average.Intervals[name].High + 0.01);
        }

        Assert.Contains("recalls_fiq-mean.json", result.Files);
        Assert.Equal("fashioniq-dress", Benchmark.FashionIQ(_folder["data"], _folder["data", "images"], ["dress"]).Name);
    }

    [Fact]
    public async Task RunAsync_WhenEmbeddingIsNotWanted_NamesWhatIsMissing()
    {
        var error = await Assert.ThrowsAsync<GalleryIncompleteException>(async () =>
            await RunAsync(await MakeAsync("cirr-val"), new BenchmarkRunOptions { EmbedsMissing = false, OutputFolder = _folder["results"] }));

        Assert.Equal(9, error.Missing.Count);
        Assert.Contains("9 of 9 candidates of cirr-val have no embedding", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["results"]));
    }

    [Fact]
    public async Task RunAsync_WithABrokenVideo_SaysWhyUnlessItMayBeMissing()
    {
        var files = await TinyVideos.WriteAsync(_folder.FullName);
        await File.WriteAllTextAsync(_folder["videos", "00001", "5.mp4"], "no video", Cancel);
        var error = await Assert.ThrowsAsync<GalleryIncompleteException>(() => RunAsync(Benchmark.WebVidCoVR(Like(files)), new BenchmarkRunOptions()));
        Assert.Equal("00001/5", Assert.Single(error.Missing).Key.Value);
        Assert.DoesNotContain("has not been embedded yet", error.Message, StringComparison.Ordinal);

        var result = await RunAsync(Benchmark.WebVidCoVR(Like(files)), new BenchmarkRunOptions { Evaluation = { AllowMissingCandidates = true } });
        Assert.Equal(4, result.Parts[0].Results[0].Coverage.CandidatesPresent);
        Assert.Equal("00001/5", Assert.Single(result.Parts[0].Gallery.Missing).Key.Value);
        Assert.Null(result.OutputFolder);
    }

    [Fact]
    public async Task RunAsync_IntoAFolderOfResults_ReplacesThemAndLeavesOthers()
    {
        Directory.CreateDirectory(_folder["results"]);
        await File.WriteAllTextAsync(_folder["results", "notes.txt"], "mine", Cancel);
        await File.WriteAllTextAsync(_folder["results", "recalls_circo-val.json"], "old", Cancel);
        var benchmark = await MakeAsync("circo-val");
        await RunAsync(benchmark, new BenchmarkRunOptions { OutputFolder = _folder["results"] });
        var first = await File.ReadAllBytesAsync(_folder["results", "metrics.json"], Cancel);
        await RunAsync(benchmark, new BenchmarkRunOptions { OutputFolder = _folder["results"] });

        Assert.Equal(first, await File.ReadAllBytesAsync(_folder["results", "metrics.json"], Cancel));
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder["results", "notes.txt"], Cancel));
        Assert.Contains("mAP@5", await File.ReadAllTextAsync(_folder["results", "recalls_circo-val.json"], Cancel), StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFileSystemEntries(_folder["results"]).Length);
    }

    [Fact]
    public async Task RunAsync_TellsEveryStageInItsOrder()
    {
        List<BenchmarkProgress> told = [];
        var benchmark = await MakeAsync("cirr-val");
        await using var services = Services("blip");
        await services.GetRequiredService<BenchmarkRunner>().RunAsync(
            benchmark, new BenchmarkRunOptions { OutputFolder = _folder["results"] }, new Listener(told.Add), Cancel);

        Assert.Equal(Enum.GetValues<BenchmarkStage>(), told.Where(step => step.Work is null).Select(step => step.Stage));
        Assert.Equal(9, told.Last(step => step.Stage == BenchmarkStage.Embedding).Work!.Done);
        Assert.Equal(5, told.Last(step => step.Stage == BenchmarkStage.Evaluating).Work!.Total);
    }

    [Fact]
    public async Task RunAsync_IntoWhatIsNoFolder_IsRefusedBeforeAnyWork()
    {
        await File.WriteAllTextAsync(_folder["taken"], "", Cancel);
        List<BenchmarkProgress> told = [];
        await using var services = Services("blip");
        await Assert.ThrowsAsync<IOException>(() => services.GetRequiredService<BenchmarkRunner>().RunAsync(
            Benchmark.Cirr(o => o.AddSplit(DatasetSplit.Test, "none.json", "none")), new BenchmarkRunOptions { OutputFolder = _folder["taken"] }, new Listener(told.Add), Cancel));
        Assert.Empty(told);
    }

    [Fact]
    public async Task RunAsync_WithAJobForNoVariant_NamesTheVariants()
    {
        var options = new BenchmarkRunOptions();
        await using var services = Services("blip");
        options.VariantJobs["bgr"] = services.GetRequiredService<IEmbeddingJob>();
        var benchmark = await MakeAsync("cirr-val");
        var error = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            services.GetRequiredService<BenchmarkRunner>().RunAsync(benchmark, options, null, Cancel));
        Assert.Contains("'bgr', which is not one of the variants: honest", error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<QueryKind> AllKinds => [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly, QueryKind.Average, QueryKind.Captions()];

    private static async Task<BenchmarkResult> RunAsync(Benchmark benchmark, BenchmarkRunOptions options)
    {
        await using var services = Services("blip");
        return await services.GetRequiredService<BenchmarkRunner>().RunAsync(benchmark, options, null, Cancel);
    }

    private static ServiceProvider Services(string family)
    {
        var collection = new ServiceCollection();
        collection.AddCoVR().UseTiny(family).AddBenchmarks();
        return collection.BuildServiceProvider();
    }

    private async Task<Benchmark> MakeAsync(string name)
    {
        var data = _folder["data"];
        switch (name)
        {
            case "webvid-covr":
                return Benchmark.WebVidCoVR(Like(await TinyVideos.WriteAsync(data)));
            case "webvid-covr-rule-based":
                return Benchmark.WebVidCoVRRuleBased(Like(await TinyVideos.WriteAsync(data)));
            case "cc-coir":
                var pictures = TinyLayouts.CcCoIR(data);
                return Benchmark.CcCoIR(options => options.AddSplit(DatasetSplit.Test, pictures.Annotations[DatasetSplit.Test], pictures.MediaFolders[DatasetSplit.Test]));
            case "cirr" or "cirr-val":
                var cirr = TinyLayouts.Cirr(data);
                var split = name == "cirr" ? DatasetSplit.Test : DatasetSplit.Validation;
                return Benchmark.Cirr(options => options.AddSplit(split, cirr.Annotations[split], cirr.MediaFolders[split]), split);
            case "circo" or "circo-val":
                TinyLayouts.Circo(data);
                return Benchmark.Circo(options => options.AddFolder(data), name == "circo" ? DatasetSplit.Test : DatasetSplit.Validation);
            case "fashioniq":
                TinyLayouts.FashionIQ(data);
                return Benchmark.FashionIQ(data, Path.Combine(data, "images"));
            default:
                return Benchmark.Merged("merged", [TinyLayouts.CcCoIR(Path.Combine(data, "coir")).CreateReader(), (await TinyVideos.WriteAsync(Path.Combine(data, "covr"))).CreateReader()]);
        }
    }

    private static Action<WebVidCoVROptions> Like(WebVidCoVROptions files) =>
        options => options.AddSplit(DatasetSplit.Test, files.Annotations[DatasetSplit.Test], files.MediaFolders[DatasetSplit.Test]);

    private sealed class Listener(Action<BenchmarkProgress> tell) : IProgress<BenchmarkProgress>
    {
        public void Report(BenchmarkProgress value) => tell(value);
    }
}
