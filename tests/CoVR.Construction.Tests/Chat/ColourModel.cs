using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Concurrent;
using System.Text.Json;
using CoVR.TestSupport;
using CoVR.TestSupport.AI;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;

namespace CoVR.Construction.Tests.Chat;

/// <summary>A <see cref="ModelServer"/> that writes edits of colours, the published clients of it, and what it was asked.</summary>
internal sealed class ColourModel : IAsyncDisposable
{
    public const string Key = "sk-secret";
    public const int TokensOfACall = 8;

    private readonly ConcurrentDictionary<string, int> _asked = new();

    public ColourModel() => Server.Reply = prompt =>
    {
        var (removed, added) = Change(prompt);
        return new ChatTurn(Answer(removed, added, _asked.AddOrUpdate(prompt, 1, (_, count) => count + 1)));
    };

    public ModelServer Server { get; } = new();

    /// <summary>What is answered to the n-th call for a change; by default one good text.</summary>
    public Func<string, string, int, string> Answer { get; set; } = (_, added, _) => Edits($"make it {added}");

    /// <summary>Calls at the same time.</summary>
    public int Concurrency { get; set; } = 4;

    /// <summary>How often each prompt was answered.</summary>
    public IReadOnlyDictionary<string, int> Answered => _asked;

    public static string Edits(params IEnumerable<string> texts) => JsonSerializer.Serialize(new { edits = texts });

    /// <summary>The words that go and come in a prompt.</summary>
    public static (string Removed, string Added) Change(string prompt) => (prompt.Split("Gone: \"")[1].Split('"')[0], prompt.Split("New: \"")[1].Split('"')[0]);

    /// <summary>A published client that repeats nothing by itself.</summary>
    public static IChatClient Client(Uri address, string protocol, TimeProvider? time = null)
    {
        var http = new HttpClient(new RetryAfterHandler(time) { InnerHandler = new SocketsHttpHandler() });
        if (protocol == "openai")
        {
            var options = new OpenAIClientOptions { Endpoint = address, RetryPolicy = new ClientRetryPolicy(0), Transport = new HttpClientPipelineTransport(http) };
            return new OpenAIClient(new ApiKeyCredential(Key), options).GetChatClient("small").AsIChatClient();
        }

        http.BaseAddress = address;
        return new OllamaApiClient(http, "small");
    }

    public IChatClient Client(string protocol, TimeProvider? time = null) => Client(protocol == "openai" ? Server.OpenAI : Server.Ollama, protocol, time);

    /// <summary>Runs all stages on captions that differ in their colour, with a writer that asks this model.</summary>
    public async Task<IReadOnlyList<StageReport>> RunAsync(TemporaryFolder folder, ChatEditOptions options, string protocol = "openai", TimeProvider? time = null, params string[] colours)
    {
        var construction = MadeCaptions.Options(folder, colours.Select(colour => $"a {colour} ball"));
        construction.Edits.Concurrency = Concurrency;
        using var client = Client(protocol, time);
        using var writer = new ChatEditWriter(client, folder["answers.jsonl"], options, time);
        return await new ConstructionPipeline(construction) { EditWriter = writer }.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
