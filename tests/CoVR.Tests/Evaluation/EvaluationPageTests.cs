using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Reproduction;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.Tests.Evaluation;

[Collection("torch")]
public sealed class EvaluationPageTests
{
    private const string Hostile = "<script>alert(\"x\")</script>&'";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task ToHtmlAsync_OfSeveralVariants_ShowsFiguresCurvesPicturesAndFingerprints()
    {
        var results = await EvaluateAsync();
        var html = await new EvaluationPage(results, new CornerReader(), new FakeFrameReader()).ToHtmlAsync(Cancel);
        Assert.Contains("<td><b>100.00</b><small>100.0 – 100.0</small></td>", html, StringComparison.Ordinal);
        Assert.All(results, result => Assert.Contains(result.Fingerprint.Sha256(), html, StringComparison.Ordinal));
        Assert.Equal(results.Count, Count(html, "<path class=\"line c"));
        Assert.Contains("has seen the questions", html, StringComparison.Ordinal);
        Assert.Contains("24 of 24 queries", html, StringComparison.Ordinal);
        Assert.Equal(6, Count(html, "<section class=\"query\">")); // all succeed
        Assert.DoesNotContain("Where it goes wrong", html, StringComparison.Ordinal);
        Assert.InRange(Count(html, "data:image/png;base64,"), 1, 8); // each corner once
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToHtmlAsync_OfHostileTexts_EncodesThem()
    {
        var dataset = CornerReader.Dataset with
        {
            Name = Hostile,
            Triplets = [.. CornerReader.Dataset.Triplets.Select(triplet => triplet with { Id = $"{triplet.Id}{Hostile}", Modification = triplet.Modification + " " + Hostile, TargetCaption = Hostile })],
        };
        var pipeline = await FakePipeline.WithCornersAsync();
        var results = await new Evaluator(() => pipeline).EvaluateAsync(
            dataset, new CornerReader(), new RecallProtocol(), new EvaluationOptions { Variants = [EvaluationVariant.LeakFree with { Name = Hostile }, EvaluationVariant.Corrected] }, null, Cancel);
        var page = new EvaluationPage(results, new CornerReader(), new FakeFrameReader(), new EvaluationPageOptions
        {
            Title = Hostile,
            Introduction = Hostile,
            Questions = [new PageQuery(new MediaId("corner-1" + Hostile + "2"), Hostile, [new SearchHit(new MediaId(Hostile + "3"), 1, 1)])],
            Charts = [new PageChart(Hostile, [1, 2], Hostile)],
        });
        var html = await page.ToHtmlAsync(Cancel);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.True(Count(html, "&lt;script&gt;") > 20);
        Assert.Contains("<q dir=\"auto\">", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToHtmlAsync_OfFailures_ShowsWhereTheAnswerWas()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var results = await new Evaluator(() => pipeline).EvaluateAsync(
            CornerReader.Dataset, new CornerReader(), new RecallProtocol(excludeReference: false), new EvaluationOptions { Queries = [QueryKind.ImageOnly] }, null, Cancel);
        var html = await new EvaluationPage(results, new CornerReader(), new FakeFrameReader(), new EvaluationPageOptions { Hits = 1, Failures = 24, Shown = ["3-1"] }).ToHtmlAsync(Cancel);
        Assert.Contains("<h2>Queries</h2>", html, StringComparison.Ordinal);
        Assert.Contains("Where it goes wrong", html, StringComparison.Ordinal);
        Assert.Equal(24, Count(html, "right missed"));
        Assert.Contains("at place 2", html, StringComparison.Ordinal);
        Assert.Contains("unchanged", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToHtmlAsync_WithLargePicturesAndClips_StaysWithinItsBudget()
    {
        var results = await EvaluateAsync();
        var media = new LargeMedia();
        var whole = await new EvaluationPage(results, media, new FakeFrameReader()).ToHtmlAsync(Cancel);
        var small = await new EvaluationPage(results, media, new FakeFrameReader(), new EvaluationPageOptions { PictureBytes = 9_000 }).ToHtmlAsync(Cancel);
        var none = await new EvaluationPage(results, media, new FakeFrameReader(), new EvaluationPageOptions { PictureBytes = 0 }).ToHtmlAsync(Cancel);
        Assert.Contains("class=\"pic clip p", whole, StringComparison.Ordinal);
        Assert.Contains("data:image/jpeg;base64,", whole, StringComparison.Ordinal);
        Assert.Contains("--r:176/99", whole, StringComparison.Ordinal); // by which the style sheet bounds tall pictures
        Assert.True(small.Length < none.Length + 9_000 + 2_000, $"{small.Length} against {none.Length}");
        Assert.DoesNotContain("base64", none, StringComparison.Ordinal);
        Assert.Contains("<small>corner-1</small>", none, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToHtmlAsync_OfUnreadablePictures_NamesThem()
    {
        var html = await new EvaluationPage(await EvaluateAsync(), new NoMedia(), new FakeFrameReader()).ToHtmlAsync(Cancel);
        Assert.Contains("not readable: corner-", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_Twice_GivesEqualFilesAndNoRemainder()
    {
        using var folder = new TemporaryFolder();
        var results = await EvaluateAsync();
        var page = new EvaluationPage(results, new CornerReader(), new FakeFrameReader());
        await page.WriteAsync(folder["new", "index.html"], Cancel);
        var first = await File.ReadAllBytesAsync(folder["new", "index.html"], Cancel);
        await page.WriteAsync(folder["new", "index.html"], Cancel);
        Assert.Equal(first, await File.ReadAllBytesAsync(folder["new", "index.html"], Cancel));
        await EvaluationJson.WriteAsync(folder["new", "evaluation.json"], results, Cancel);
        Assert.Equal(2, Directory.GetFiles(folder["new"]).Length);
    }

    [Fact]
    public void Constructor_WithoutResults_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new EvaluationPage([], new CornerReader(), new FakeFrameReader()));

    [Fact]
    public async Task Serialize_OfARun_HasTheDocumentedKeys()
    {
        var results = await EvaluateAsync();
        var text = EvaluationJson.Serialize(results);
        Assert.Equal(text, EvaluationJson.Serialize(await EvaluateAsync()));
        var json = System.Text.Json.JsonDocument.Parse(text).RootElement;
        Assert.Equal(EvaluationJson.Schema, json.GetProperty("schema").GetString());
        var entry = json.GetProperty("results")[1];
        Assert.Equal(
            ["variant", "query", "primary_metric", "queries", "gallery", "metrics", "intervals", "coverage", "fingerprint_sha256", "fingerprint", "leaks", "deviations"],
            entry.EnumerateObject().Select(property => property.Name));
        Assert.Equal(results[1].Report.Metrics["R@1"], entry.GetProperty("metrics").GetProperty("R@1").GetDouble());
        Assert.Equal(results[1].Intervals["R@1"].Low, entry.GetProperty("intervals").GetProperty("metrics").GetProperty("R@1")[0].GetDouble());
        Assert.Equal(results[1].Fingerprint.Sha256(), entry.GetProperty("fingerprint_sha256").GetString());
        Assert.Equal("corrected", entry.GetProperty("fingerprint").GetProperty("preset").GetString());
        Assert.Equal(24, entry.GetProperty("coverage").GetProperty("queries_scored").GetInt32());
    }

    /// <summary>A gallery of clips of two equal frames, whose scores let the answer's text weigh them.</summary>
    private static async Task<IReadOnlyList<EvaluationResult>> EvaluateAsync()
    {
        var pipeline = FakePipeline.Create();
        await new EmbeddingJob(() => pipeline).EmbedAsync(
            [.. Enumerable.Range(0, 8).Select(corner => new MediaItem(ColourEncoder.IdOf(corner), new FramesMedia([ColourEncoder.Picture(corner), ColourEncoder.Picture(corner)])))], null, Cancel).CountAsync(Cancel);
        return await new Evaluator(() => pipeline).EvaluateAsync(
            CornerReader.Dataset,
            new CornerReader(),
            new RecallProtocol(),
            new EvaluationOptions { Variants = [EvaluationVariant.LeakFree, EvaluationVariant.Corrected, ReferencePreset.Variant] },
            null,
            Cancel);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private sealed class LargeMedia : ITripletDatasetReader
    {
        public string Name => "large";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => ValueTask.FromResult(CornerReader.Dataset);

        public MediaSource Locate(MediaId id) => new FramesMedia([.. Enumerable.Range(0, 20).Select(frame => Gradient(id.Value[^1] - '0', frame))]);

        private static RgbFrame Gradient(int corner, int frame)
        {
            var pixels = new byte[320 * 180 * 3];
            for (var i = 0; i < pixels.Length; i++)
            {
                pixels[i] = (byte)((corner >> (i % 3) & 1) * ((i / 3 % 320) + (frame * 8)));
            }

            return new RgbFrame(320, 180, pixels);
        }
    }

    private sealed class NoMedia : ITripletDatasetReader
    {
        public string Name => "none";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => ValueTask.FromResult(CornerReader.Dataset);

        public MediaSource Locate(MediaId id) => new FileMedia($"/there/is/no/{id}.png");
    }
}
