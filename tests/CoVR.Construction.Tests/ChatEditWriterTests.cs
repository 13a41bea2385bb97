using System.Collections.Concurrent;
using CoVR.TestSupport;
using Microsoft.Extensions.AI;

namespace CoVR.Construction.Tests;

public sealed class ChatEditWriterTests : IDisposable
{
    private static readonly EditRequest Request = new("a red ball on grass", "a blue ball on grass", "red", "blue");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"edits": ["make it blue", "Make it BLUE.", "a blue ball on grass", "paint the ball blue"]}""", "make it blue|paint the ball blue")]
    [InlineData("```json\n{\"edits\": [\"turn the ball blue\"]}\n```", "turn the ball blue")]
    public async Task WriteAsync_GoodAnswer_KeepsTheTextsThatPass(string answer, string texts)
    {
        using var client = new ScriptedChat(answer);

        Assert.Equal(texts, string.Join('|', (await WriteAsync(client)).Texts));
        Assert.Contains("a red ball on grass", client.Prompts.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("I cannot help with that.", "no JSON with edits")]
    [InlineData("""{"edits": ["make it bl""", "no JSON with edits")]
    [InlineData("""{"edits": []}""", "no JSON with edits")]
    [InlineData("""{"edits": ["a blue ball on grass."]}""", "copy of a caption")]
    [InlineData("""{"edits": ["the blue one of image 2"]}""", "speaks of captions or images")]
    [InlineData("""{"edits": ["make it bigger"]}""", "does not name the change")]
    [InlineData("""{"edits": ["blue \ud800"]}""", "no JSON with edits")]
    [InlineData("""{"edits": ["blue \u0007"]}""", "control characters")]
    [InlineData("""{"edits": ["сделай blue мяч"]}""", "another language")]
    [InlineData("""{"edits": ["blue blue blue blue blue blue blue blue blue blue blue blue"]}""", "more than 10 words")]
    public async Task WriteAsync_AnswersThatNeverPass_AsksAgainAndThenSaysWhy(string answer, string fault)
    {
        using var client = new ScriptedChat(answer);

        var result = await WriteAsync(client, new ChatEditOptions { MaxWords = 10, Attempts = 2 });

        Assert.Empty(result.Texts);
        Assert.Equal($"language model: {fault}", result.Fault);
        Assert.Equal(2, client.Prompts.Count);
    }

    [Fact]
    public void Create_WhileAnotherWriterHasTheJournalOpen_SaysSo()
    {
        using var client = new ScriptedChat("{}");
        using (new ChatEditWriter(client, _folder["edits.jsonl"]))
        {
            var error = Assert.Throws<ConstructionException>(() => new ChatEditWriter(client, _folder["edits.jsonl"]));

            Assert.Contains("another review or construction", error.Message, StringComparison.Ordinal);
        }

        new ChatEditWriter(client, _folder["edits.jsonl"]).Dispose();
    }

    [Fact]
    public async Task WriteAsync_ServiceFailsAtTimes_RepeatsTheCall()
    {
        using var client = new ScriptedChat(new HttpRequestException("429"), new TaskCanceledException("timeout"), """{"edits": ["make it blue"]}""");

        Assert.Equal(["make it blue"], (await WriteAsync(client, new ChatEditOptions { RetryDelay = TimeSpan.Zero })).Texts);
    }

    [Fact]
    public async Task WriteAsync_ServiceIsDown_StopsAndGoesOnInAnotherRun()
    {
        using var down = new ScriptedChat(new HttpRequestException("connection refused"));
        using var up = new ScriptedChat("""{"edits": ["make it blue"]}""");

        var error = await Assert.ThrowsAsync<ConstructionException>(() => WriteAsync(down, new ChatEditOptions { Retries = 2, RetryDelay = TimeSpan.Zero }).AsTask());

        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.Contains("run again", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, down.Prompts.Count);
        Assert.Single((await WriteAsync(up)).Texts);
    }

    [Fact]
    public async Task WriteAsync_AnsweredBefore_DoesNotAskAgain()
    {
        using var first = new ScriptedChat("no", """{"edits": ["make it blue"]}""");
        using var second = new ScriptedChat("""{"edits": ["never asked"]}""");
        var answer = await WriteAsync(first);
        await File.AppendAllTextAsync(_folder["answers.jsonl"], "{\"Key\": \"cut o", TestContext.Current.CancellationToken);

        var again = await WriteAsync(second);

        Assert.Equal((answer.Texts.Single(), answer.Source), (again.Texts.Single(), again.Source));
        Assert.Empty(second.Prompts);
        Assert.Equal(2, (await File.ReadAllLinesAsync(_folder["answers.jsonl"], TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task RunAsync_BudgetUsedUp_StopsAndResumesWithAHigherOne()
    {
        var options = MadeCaptions.Options(_folder, "a red ball", "a blue ball", "a green ball");
        options.Edits.Concurrency = 1;
        using var client = new ScriptedChat(prompt => $$"""{"edits": ["now {{prompt.Split("New: \"")[1].Split('"')[0]}}"]}""");
        using (var poor = Writer(client, new ChatEditOptions { TokenBudget = 20 }))
        {
            var error = await Assert.ThrowsAsync<ConstructionException>(() => RunAsync(options, poor));
            Assert.Contains("budget", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, client.Prompts.Count);
        using var rich = Writer(client, new ChatEditOptions());
        var reports = await RunAsync(options, rich);

        Assert.Equal(6, client.Prompts.Count);
        Assert.Equal(6, client.Prompts.Distinct().Count());
        Assert.Equal(6, reports.Single(report => report.Stage == ConstructionStage.WriteEdits).Kept);
        Assert.Equal(60, rich.TokensUsed);
    }

    [Fact]
    public async Task PlanAsync_ChatWriter_EstimatesCallsAndTokens()
    {
        var options = MadeCaptions.Options(_folder, "a red ball", "a blue ball");
        using var client = new ScriptedChat("");
        using var writer = Writer(client, new ChatEditOptions { Model = "small", InputPrice = 4_000, OutputPrice = 3_000 });
        await new ConstructionPipeline(options).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        var plan = await new ConstructionPipeline(options) { EditWriter = writer }.PlanAsync(TestContext.Current.CancellationToken);

        var note = Assert.Single(plan.Single(report => report.Stage == ConstructionStage.WriteEdits).Notes);
        Assert.Matches(@"^2 calls of small, about \d+ tokens read and 120 written \(cost 1\.\d\d\); in the journal: 0 answers, 0 tokens \(cost 0\.00\)$", note);
        Assert.Empty(client.Prompts);
    }

    private ChatEditWriter Writer(IChatClient client, ChatEditOptions options) => new(client, _folder["answers.jsonl"], options);

    private async ValueTask<EditAnswer> WriteAsync(IChatClient client, ChatEditOptions? options = null)
    {
        using var writer = Writer(client, options ?? new ChatEditOptions());
        return await writer.WriteAsync(Request, TestContext.Current.CancellationToken);
    }

    private static Task<IReadOnlyList<StageReport>> RunAsync(ConstructionOptions options, IEditWriter writer) =>
        new ConstructionPipeline(options) { EditWriter = writer }.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Answers with texts or failures in turn, the last one for ever; each answer costs ten tokens.</summary>
    private sealed class ScriptedChat(Func<string, string>? answer, params object[] script) : IChatClient
    {
        private int _calls;

        public ScriptedChat(params object[] script)
            : this(null, script)
        {
        }

        public ConcurrentQueue<string> Prompts { get; } = [];

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            var prompt = messages.Single().Text;
            Prompts.Enqueue(prompt);
            var next = answer?.Invoke(prompt) ?? script[Math.Min(_calls++, script.Length - 1)];
            return next is Exception error
                ? Task.FromException<ChatResponse>(error)
                : Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, (string)next)) { Usage = new UsageDetails { InputTokenCount = 8, OutputTokenCount = 2 } });
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
