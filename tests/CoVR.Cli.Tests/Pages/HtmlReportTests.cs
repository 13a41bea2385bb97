using CoVR.Cli.Pages;
using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Pages;

[Collection("torch")]
public sealed class HtmlReportTests
{
    private const string Hostile = "<script>alert(\"x\")</script>&'";
    private static readonly HtmlReport Report = new(new FakeFrameReader());
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task RenderEvaluationAsync_OfSeveralVariants_ShowsFiguresCurvesPicturesAndFingerprints()
    {
        var results = await CornerResults.OfClipsAsync();
        var html = await Report.RenderEvaluationAsync(results, new CornerReader(), new EvaluationPageOptions(), Cancel);
        Assert.Contains("<td><b>100.00</b><small>100.0 – 100.0</small></td>", html, StringComparison.Ordinal);
        Assert.All(results, result => Assert.Contains(result.Fingerprint.Sha256(), html, StringComparison.Ordinal));
        Assert.Equal(results.Count, Count(html, "<path class=\"line c"));
        Assert.Contains("has seen the queries", html, StringComparison.Ordinal);
        Assert.Contains("24 of 24 queries", html, StringComparison.Ordinal);
        Assert.Equal(6, Count(html, "<section class=\"query\">")); // all succeed
        Assert.DoesNotContain("What it gets wrong", html, StringComparison.Ordinal);
        Assert.InRange(Count(html, "data:image/png;base64,"), 1, 8); // each corner once
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RenderEvaluationAsync_OfHostileTexts_EncodesThem()
    {
        var dataset = CornerReader.Dataset with
        {
            Name = Hostile,
            Triplets = [.. CornerReader.Dataset.Triplets.Select(triplet => triplet with { Id = $"{triplet.Id}{Hostile}", Modification = triplet.Modification + " " + Hostile, TargetCaption = Hostile })],
        };
        var pipeline = await FakePipeline.WithCornersAsync();
        var results = await new Evaluator(pipeline).EvaluateAsync(
            dataset, new CornerReader(), new RecallProtocol(), new EvaluationOptions { Variants = [EvaluationVariant.LeakFree with { Name = Hostile }, EvaluationVariant.Corrected] }, null, Cancel);
        var page = new EvaluationPageOptions
        {
            Title = Hostile,
            Introduction = Hostile,
            Questions = [new PageQuery(new MediaId("corner-1" + Hostile + "2"), Hostile, [new SearchHit(new MediaId(Hostile + "3"), 1, 1)])],
            Charts = [new PageChart(Hostile, [1, 2], Hostile)],
        };
        var html = await Report.RenderEvaluationAsync(results, new CornerReader(), page, Cancel);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.True(Count(html, "&lt;script&gt;") > 20);
        Assert.Contains("<q dir=\"auto\">", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RenderSearchAsync_VideoThatChangesItsSize_ShowsFramesOfOneSize()
    {
        var clip = MediaSource.FromFrames([Grey(2, 10), Grey(4, 20), Grey(2, 30)]);

        var html = await SearchPageAsync(new MediaFrameReader(), clip);

        Assert.Contains("--r:2/2;--n:1}", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RenderSearchAsync_ReaderThatReadsOtherwise_ShowsWhatIsSeen()
    {
        var html = await SearchPageAsync(new OneFrame(Grey(2, 0), new OneFrame(Grey(2, 255))), "icon.png");

        Assert.Contains(Convert.ToBase64String(MediaWriter.EncodePng(Grey(2, 255))), html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RenderEvaluationAsync_OfFailures_ShowsWhereTheAnswerWas()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var results = await new Evaluator(pipeline).EvaluateAsync(
            CornerReader.Dataset, new CornerReader(), new RecallProtocol(excludeReference: false), new EvaluationOptions { Queries = [QueryKind.ImageOnly] }, null, Cancel);
        var html = await Report.RenderEvaluationAsync(results, new CornerReader(), new EvaluationPageOptions { Hits = 1, Failures = 24, Shown = ["3-1"] }, Cancel);
        Assert.Contains("<h2>Queries</h2>", html, StringComparison.Ordinal);
        Assert.Contains("What it gets wrong", html, StringComparison.Ordinal);
        Assert.Equal(24, Count(html, "right missed"));
        Assert.Contains("at rank 2", html, StringComparison.Ordinal);
        Assert.Contains("unchanged", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RenderEvaluationAsync_WithLargePicturesAndClips_StaysWithinItsBudget()
    {
        var results = await CornerResults.OfClipsAsync();
        var media = new LargeMedia();
        var whole = await Report.RenderEvaluationAsync(results, media, new EvaluationPageOptions(), Cancel);
        var small = await Report.RenderEvaluationAsync(results, media, new EvaluationPageOptions { PictureBytes = 9_000 }, Cancel);
        var none = await Report.RenderEvaluationAsync(results, media, new EvaluationPageOptions { PictureBytes = 0 }, Cancel);
        Assert.Contains("class=\"pic clip p", whole, StringComparison.Ordinal);
        Assert.Contains("data:image/jpeg;base64,", whole, StringComparison.Ordinal);
        Assert.Contains("--r:176/99", whole, StringComparison.Ordinal); // by which the style sheet bounds tall pictures
        Assert.True(small.Length < none.Length + 9_000 + 2_000, $"{small.Length} against {none.Length}");
        Assert.DoesNotContain("base64", none, StringComparison.Ordinal);
        Assert.Contains("<small>corner-1</small>", none, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RenderEvaluationAsync_OfUnreadablePictures_NamesThem()
    {
        var html = await Report.RenderEvaluationAsync(await CornerResults.OfClipsAsync(), new NoMedia(), new EvaluationPageOptions(), Cancel);
        Assert.Contains("unreadable: corner-", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RenderEvaluationAsync_Twice_GivesEqualFilesAndNoRemainder()
    {
        using var folder = new TemporaryFolder();
        var results = await CornerResults.OfClipsAsync();
        HtmlReport.Write(folder["new", "index.html"], await Report.RenderEvaluationAsync(results, new CornerReader(), new EvaluationPageOptions(), Cancel));
        var first = await File.ReadAllBytesAsync(folder["new", "index.html"], Cancel);
        HtmlReport.Write(folder["new", "index.html"], await Report.RenderEvaluationAsync(results, new CornerReader(), new EvaluationPageOptions(), Cancel));
        Assert.Equal(first, await File.ReadAllBytesAsync(folder["new", "index.html"], Cancel));
        Assert.Single(Directory.GetFiles(folder["new"]));
    }

    [Fact]
    public async Task RenderSearchAsync_OfHostileTexts_EncodesThemAndShowsLinksAndPictures()
    {
        var (near, far) = (new MediaId("near" + Hostile), new MediaId("far"));
        var html = await Report.RenderSearchAsync(
            new ComposedQuery(MediaSource.FromFrames([ColourEncoder.Picture(1)]), Hostile),
            null,
            [
                new SearchPageItem(new SearchHit(near, 0.5f, 1), MediaSource.FromFrames([ColourEncoder.Picture(2)]), "../photos/near.png"),
                new SearchPageItem(new SearchHit(far, 0.25f, 2), MediaSource.FromFile("/there/is/no/far.png")),
            ],
            Hostile,
            Cancel);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"../photos/near.png\">", html, StringComparison.Ordinal);
        Assert.Equal(2, Count(html, "data:image/png;base64,"));
        Assert.Contains("<b>2</b> · 0.250<br>far", html, StringComparison.Ordinal);
        Assert.Contains("unreadable: far", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_OfAnotherTemplate_KnowsTheHeadAndEncodesValues()
    {
        using var template = new MemoryStream("{% include 'head' %}<p>{{ Items[0].Name }}</p>"u8.ToArray());
        var html = PageTemplate.Render(template, new { Title = Hostile, Style = ".own > p {}", Items = new[] { new { Name = Hostile } } });
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("<p>&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.Contains(".own > p {}", html, StringComparison.Ordinal);
        Assert.Contains("--paper:", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_OfABrokenTemplate_SaysWhatIsWrong()
    {
        using var template = new MemoryStream("{% if %}"u8.ToArray());
        var error = Assert.Throws<ArgumentException>(() => PageTemplate.Render(template, new { }));
        Assert.Contains("(1:", error.Message, StringComparison.Ordinal);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private sealed class LargeMedia : ITripletDatasetReader
    {
        public string Name => "large";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => ValueTask.FromResult(CornerReader.Dataset);

        public MediaSource Locate(MediaId id) => MediaSource.FromFrames([.. Enumerable.Range(0, 20).Select(frame => Gradient(id.Value[^1] - '0', frame))]);

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

        public MediaSource Locate(MediaId id) => MediaSource.FromFile($"/there/is/no/{id}.png");
    }

    private static RgbFrame Grey(int side, byte value)
    {
        var rgb = new byte[side * side * 3];
        rgb.AsSpan().Fill(value);
        return new RgbFrame(side, side, rgb);
    }

    private static Task<string> SearchPageAsync(IFrameReader reader, MediaSource media) => new HtmlReport(reader).RenderSearchAsync(
        new ComposedQuery(null, "anything"), null, [new SearchPageItem(new SearchHit(new MediaId("item"), 1, 1), media)], "", Cancel);

    private sealed class OneFrame(RgbFrame frame, IFrameReader? seen = null) : IFrameReader
    {
        public IFrameReader AsSeen => seen ?? this;

        public ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<IReadOnlyList<RgbFrame>>([frame]);
    }
}
