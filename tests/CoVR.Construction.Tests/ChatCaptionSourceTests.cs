using System.Text.Json.Nodes;
using CoVR.Construction.Tests.Chat;
using CoVR.Construction.Work;
using CoVR.Media;
using CoVR.TestSupport;
using CoVR.TestSupport.AI;
using CoVR.TestSupport.Downloads;

namespace CoVR.Construction.Tests;

/// <summary>Captions through the published clients to a server that looks at the colour of the picture it is sent.</summary>
public sealed class ChatCaptionSourceTests : IAsyncDisposable
{
    private static readonly (string Name, byte Red, byte Green, byte Blue)[] Colours = [("red", 250, 0, 0), ("green", 0, 250, 0), ("blue", 0, 0, 250)];

    private readonly TemporaryFolder _folder = new();
    private readonly ModelServer _server = new();
    private readonly VirtualTime _time = new(TimeSpan.FromMinutes(1));

    public ChatCaptionSourceTests()
    {
        foreach (var (name, red, green, blue) in Colours)
        {
            MediaWriter.WritePng(_folder["media", $"{name}.png"], Frame(red, green, blue));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task RunAsync_PicturesAndAVideo_SendsSmallPicturesAndKeepsWhatTheModelSees(string protocol)
    {
        byte[][] clip = [[250, 0, 0], [0, 0, 250], [0, 250, 0], [0, 0, 250], [0, 0, 250]];
        await MediaWriter.WriteMp4Async(_folder["media", "clip.mp4"], [.. clip.Select(colour => Frame(colour[0], colour[1], colour[2]))], 5, cancellationToken: TestContext.Current.CancellationToken);
        See();

        var report = await CollectAsync(protocol);

        Assert.Equal(["blue|a blue wall", "clip|a green wall", "green|a green wall", "red|a red wall"], Items());
        Assert.Empty(report.Dropped);
        Assert.Equal((32, 24), Seen().Select(frame => (frame.Width, frame.Height)).Distinct().Single());
    }

    [Fact]
    public async Task RunAsync_BadItems_AreNamedAndDoNotEndTheRun()
    {
        await File.WriteAllTextAsync(_folder["media", "broken.png"], "no picture", TestContext.Current.CancellationToken);
        See(colour => colour switch
        {
            "red" => "I cannot describe people.",
            "green" => "{\"caption\": \"a wall that is very very very very green\"}",
            _ => null,
        });

        var report = await CollectAsync("openai");

        Assert.Equal(["blue|a blue wall"], Items());
        Assert.Equal(
            ["caption model: more than 5 words: 1 (green)", "caption model: no JSON with a caption: 1 (red)", "media that cannot be read: 1 (broken)"],
            report.Dropped.Select(dropped => $"{dropped.Reason}: {dropped.Count} ({string.Join(", ", dropped.Examples)})").Order(StringComparer.Ordinal));
        Assert.Equal(2 + 2 + 1, _server.Requests.Count);
    }

    [Fact]
    public async Task RunAsync_BudgetUsedUpThenServiceDown_GoesOnWithoutAskingTwice()
    {
        See();
        var error = await Assert.ThrowsAsync<ConstructionException>(() => CollectAsync("openai", budget: 10));
        Assert.Contains("budget", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, _server.Requests.Count);
        _server.Refuse = _ => ScriptedReply.Text(503, "{}");
        await Assert.ThrowsAsync<ConstructionException>(() => CollectAsync("openai"));
        _server.Refuse = _ => null;
        File.Copy(_folder["media", "red.png"], _folder["media", "same.png"]);
        _server.Requests.Clear();

        await CollectAsync("openai");

        // The third picture; the copy of the first is known by its content.
        Assert.Equal(["blue|a blue wall", "green|a green wall", "red|a red wall", "same|a red wall"], Items());
        Assert.InRange(_server.Requests.Count, 1, 2);
        Assert.Equal(3, File.ReadLines(_folder["captions.jsonl"]).Count());
    }

    [Fact]
    public async Task PlanAsync_CaptionModel_EstimatesCallsBeforeAnythingIsAsked()
    {
        using var client = ColourModel.Client(_server.OpenAI, "openai");
        using var source = new ChatCaptionSource(client, _folder["media"], _folder["captions.jsonl"], new ChatCaptionOptions { InputPrice = 10 });

        var plan = await new ConstructionPipeline(new ConstructionOptions { WorkFile = _folder["work.duckdb"] }) { CaptionSources = [source] }.PlanAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("3 calls of small, about 1,200 tokens read and 90 written (cost 0.01)", Assert.Single(plan[0].Notes), StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public void Constructor_FolderThatIsMissing_NamesIt()
    {
        using var client = ColourModel.Client(_server.OpenAI, "openai");

        var error = Assert.Throws<ConstructionException>(() => new ChatCaptionSource(client, _folder["nothing"], _folder["captions.jsonl"]));

        Assert.Contains("nothing", error.Message, StringComparison.Ordinal);
    }

    private static RgbFrame Frame(byte red, byte green, byte blue) => new(64, 48, Enumerable.Range(0, 64 * 48).SelectMany(_ => new[] { red, green, blue }).ToArray());

    // The server reads the colour out of the last request, so calls come one after another.
    private void See(Func<string, string?>? answer = null) => _server.Reply = _ =>
    {
        var pixel = Seen().Last().Rgb.Span[..3].ToArray();
        var colour = Colours.MinBy(known => Math.Abs(known.Red - pixel[0]) + Math.Abs(known.Green - pixel[1]) + Math.Abs(known.Blue - pixel[2])).Name;
        return new ChatTurn(answer?.Invoke(colour) ?? $$"""{"caption": "a {{colour}} wall"}""");
    };

    private IEnumerable<RgbFrame> Seen() => _server.Requests.Select(request =>
    {
        var message = JsonNode.Parse(request.Body)!["messages"]!.AsArray()[^1]!;
        var data = message["images"] is JsonArray images ? (string)images[0]! : ((string)message["content"]!.AsArray().Single(part => (string?)part!["type"] == "image_url")!["image_url"]!["url"]!).Split("base64,")[1];
        return MediaFrameReader.CreateImageDecoder().Decode(Convert.FromBase64String(data), "sent");
    });

    private async Task<StageReport> CollectAsync(string protocol, long budget = 0)
    {
        using var client = ColourModel.Client(protocol == "openai" ? _server.OpenAI : _server.Ollama, protocol, _time);
        using var source = new ChatCaptionSource(
            client, _folder["media"], _folder["captions.jsonl"], new ChatCaptionOptions { Concurrency = 1, LongerSide = 32, MaxWords = 5, TokenBudget = budget, Model = "small" }, time: _time);
        var options = new ConstructionOptions { WorkFile = _folder["work.duckdb"], Threads = 2, MemoryLimit = 256, Collect = { MediaFolder = _folder["media"] } };
        return await new ConstructionPipeline(options) { CaptionSources = [source] }.RunToAsync(ConstructionStage.Collect);
    }

    private IReadOnlyList<string> Items()
    {
        using var file = WorkFile.Open(new ConstructionOptions { WorkFile = _folder["work.duckdb"] });
        return file.Read("SELECT concat_ws('|', id, caption) AS item FROM items ORDER BY item", row => row.GetString(0));
    }
}
