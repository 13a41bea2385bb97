using System.Text.Json;
using CoVR.Construction.Work;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;

namespace CoVR.Construction.Tests.Chat;

/// <summary>The whole path through the published clients of OpenAI and Ollama to a model that misbehaves: what is asked, paid, refused and stored.</summary>
public sealed class LanguageModelTests : IAsyncDisposable
{
    private readonly ColourModel _model = new();
    private readonly TemporaryFolder _folder = new();
    private readonly VirtualTime _time = new(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task RunAsync_ModelThatMisbehaves_AsksPaysRefusesAndStores(string protocol)
    {
        _model.Answer = (removed, added, call) => (added, call) switch
        {
            ("blue", 1) => "{\"edits\": [\"make it bl",
            ("green", _) => "I am sorry, but I cannot help with that.",
            ("white", _) => ColourModel.Edits("a white ball", "A white ball."),
            ("black", 1) => ColourModel.Edits("the black one of image 2", "change the caption to black"),
            ("black", 2) => ColourModel.Edits("сделай black", "bigger"),
            ("pink", _) => ColourModel.Edits("a pink ball", "pink it", "now pink", "all pink", "pink again"),
            _ => ColourModel.Edits($"make it {added}", $"not {removed} but {added}"),
        };
        _model.Server.Faults.Enqueue(ScriptedReply.Text(429, "{}", ("Retry-After", "7")));
        _model.Server.Faults.Enqueue(ScriptedReply.Text(500, "{}"));
        _model.Server.Faults.Enqueue(ScriptedReply.Text(200, "{\"choices\": [{\"message\": {\"content\"", ("Content-Type", "application/json")) with { CutAfter = 20 });
        _model.Server.Faults.Enqueue(new ScriptedReply(200) { Body = "{"u8.ToArray(), StallAfter = 1, Headers = [("Content-Length", "100")], Sent = () => _time.Advance(new ChatEditOptions().CallTimeout) });

        _model.Concurrency = 1;

        var reports = await _model.RunAsync(_folder, new ChatEditOptions(), protocol, _time, "red", "blue", "green", "white", "black", "pink");

        var report = reports.Single(report => report.Stage == ConstructionStage.WriteEdits);
        Assert.Equal(
            ["language model: copy of a caption: 5", "language model: no JSON with edits: 5"], report.Dropped.Select(dropped => $"{dropped.Reason}: {dropped.Count}").Order(StringComparer.Ordinal));
        Assert.All(report.Dropped, dropped => Assert.Equal(5, dropped.Examples.Count));
        Assert.Equal(5 * (2 + 2 + 2 + 3), report.Kept);
        Assert.Equal(["pink it|now pink|all pink"], Texts("pink").Distinct());
        Assert.Equal(["make it black|not red but black"], Texts("black").Where(text => text.Contains("red", StringComparison.Ordinal)));

        // One call of a change for red and pink, two for blue, three for the others; what failed in between is not paid.
        const int Paid = 5 * (1 + 1 + 2 + 3 + 3 + 3);
        Assert.Equal(Paid, _model.Answered.Values.Sum());
        Assert.Equal(Paid + 4, _model.Server.Requests.Count);
        var journal = File.ReadLines(_folder["answers.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(Paid, journal.Select(entry => entry.GetProperty("Key").GetString()).Distinct().Count());
        Assert.Equal(Paid * ColourModel.TokensOfACall, journal.Sum(entry => entry.GetProperty("InputTokens").GetInt64() + entry.GetProperty("OutputTokens").GetInt64()));
        Assert.All(journal, entry => Assert.Equal("small", entry.GetProperty("Model").GetString()));
        Assert.Contains(journal, entry => entry.GetProperty("Answer").GetString()!.StartsWith("I am sorry", StringComparison.Ordinal));
        Assert.Equal([1, 6, 2, 4, 8], _time.Waits.Select(wait => wait.TotalSeconds)); // seven seconds as the service asks, then twice as long each time
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task RunAsync_ModelIsDownForAnHour_StopsAndLaterGoesOnWithoutAskingTwice(string protocol)
    {
        var (answers, back) = (0, DateTimeOffset.MaxValue);
        _model.Server.Refuse = _ =>
        {
            if (Interlocked.Increment(ref answers) == 6)
            {
                back = _time.GetUtcNow() + TimeSpan.FromHours(1);
            }

            return answers >= 6 && _time.GetUtcNow() < back ? ScriptedReply.Text(503, $"down {ColourModel.Key}") : null;
        };
        var start = _time.GetUtcNow();
        var options = new ChatEditOptions();

        var error = await Assert.ThrowsAsync<ConstructionException>(() => _model.RunAsync(_folder, options, protocol, _time, "red", "blue", "green", "white"));

        Assert.Contains("HTTP 503", error.Message, StringComparison.Ordinal);
        Assert.Contains("run again to go on", error.Message, StringComparison.Ordinal);
        Assert.InRange(_time.GetUtcNow() - start, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(30));
        var kept = File.ReadLines(_folder["answers.jsonl"]).Count();
        Assert.InRange(kept, 1, 5);
        _time.Advance(TimeSpan.FromHours(1));

        var reports = await _model.RunAsync(_folder, options, protocol, _time, "red", "blue", "green", "white");

        Assert.Equal([ConstructionStage.WriteEdits, ConstructionStage.Split, ConstructionStage.Export], reports.Skip(1).Where(report => report.Ran).Select(report => report.Stage));
        Assert.Equal(12, reports.Single(report => report.Stage == ConstructionStage.WriteEdits).Kept);
        Assert.All(_model.Answered.Values, count => Assert.Equal(1, count));
        Assert.Equal(12, File.ReadLines(_folder["answers.jsonl"]).Count());
    }

    [Theory]
    [InlineData("openai", 401, "check the key")]
    [InlineData("ollama", 401, "check the key")]
    [InlineData("openai", 404, "the model")]
    [InlineData("ollama", 404, "the model")]
    public async Task RunAsync_ServiceThatRefusesTheCaller_StopsAtOnceWithoutTheKey(string protocol, int status, string reason)
    {
        _model.Server.Refuse = _ => ScriptedReply.Text(status, $$$"""{"error": {"message": "Incorrect key {{{ColourModel.Key}}}"}}""");

        var error = await Assert.ThrowsAsync<ConstructionException>(() => _model.RunAsync(_folder, new ChatEditOptions(), protocol, _time, "red", "blue"));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ColourModel.Key, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(ColourModel.Key, await File.ReadAllTextAsync(_folder["answers.jsonl"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.InRange(_model.Server.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task RunAsync_ServiceThatAsksToWaitForHours_StopsAndSaysHowLong()
    {
        _model.Server.Refuse = _ => ScriptedReply.Text(429, "{}", ("Retry-After", "7200"));

        var error = await Assert.ThrowsAsync<ConstructionException>(() => _model.RunAsync(_folder, new ChatEditOptions(), "openai", _time, "red", "blue"));

        Assert.Contains("asks to wait 02:00:00", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ServiceThatRejectsOneRequest_DropsThatOneAlone()
    {
        _model.Server.Refuse = prompt => ColourModel.Change(prompt) == ("red", "blue") ? ScriptedReply.Text(400, """{"error": {"message": "content filter"}}""") : null;

        var reports = await _model.RunAsync(_folder, new ChatEditOptions(), "openai", _time, "red", "blue", "green");

        var report = reports.Single(report => report.Stage == ConstructionStage.WriteEdits);
        var dropped = Assert.Single(report.Dropped);
        Assert.Equal("language model: the service rejects the request (HTTP 400)", dropped.Reason);
        Assert.Equal(["a red ball / a blue ball"], dropped.Examples);
        Assert.Equal(5, report.Kept);
    }

    [Fact]
    public async Task RunAsync_ServiceThatRejectsEverything_StopsInsteadOfDroppingAll()
    {
        _model.Server.Refuse = _ => ScriptedReply.Text(400, "{}");

        var error = await Assert.ThrowsAsync<ConstructionException>(() => _model.RunAsync(_folder, new ChatEditOptions(), "openai", _time, "red", "blue", "green", "white", "black"));

        Assert.Contains("10 times in a row", error.Message, StringComparison.Ordinal);
    }

    private IEnumerable<string> Texts(string added)
    {
        using var file = WorkFile.Open(new ConstructionOptions { WorkFile = _folder["work.duckdb"] });
        return file.Read(
            $"SELECT string_agg(text, '|' ORDER BY place) FROM edits JOIN caption_pairs USING (pair) WHERE CASE WHEN forward THEN word_b ELSE word_a END = '{added}' GROUP BY pair, forward",
            row => row.GetString(0));
    }
}
