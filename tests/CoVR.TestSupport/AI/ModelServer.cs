using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CoVR.TestSupport.Downloads;

namespace CoVR.TestSupport.AI;

/// <summary>A model server on this machine that speaks the protocols of OpenAI and Ollama: embeddings by a function, chats by a script, faults where a test wants them.</summary>
public sealed class ModelServer : IAsyncDisposable
{
    private readonly Func<string, IReadOnlyList<float>> _embed;
    private readonly ScriptedServer _server;

    /// <summary>Starts a server.</summary>
    /// <param name="embed">The vector of an input, pictures as data URIs; null for [1, 0].</param>
    public ModelServer(Func<string, IReadOnlyList<float>>? embed = null)
    {
        _embed = embed ?? (_ => [1, 0]);
        _server = new ScriptedServer(Answer);
    }

    /// <summary>Where a client of the OpenAI protocol goes.</summary>
    public Uri OpenAI => _server["v1"];

    /// <summary>Where a client of the Ollama protocol goes.</summary>
    public Uri Ollama => _server[""];

    /// <summary>What the next chat requests are answered; without an entry <see cref="Reply"/> decides.</summary>
    public ConcurrentQueue<ChatTurn> Chat { get; } = new();

    /// <summary>Answers the text of a chat's last message, with its pictures as data URIs or base64 behind it; by default it comes back. Called from several threads.</summary>
    public Func<string, ChatTurn> Reply { get; set; } = prompt => new ChatTurn(prompt);

    /// <summary>Sent instead of the next answers: 429, broken JSON, a cut or stalled stream.</summary>
    public ConcurrentQueue<ScriptedReply> Faults { get; } = new();

    /// <summary>May refuse an input of an embedding request, or a chat by the text of its last message; null lets it pass. Called from several threads.</summary>
    public Func<string, ScriptedReply?> Refuse { get; set; } = _ => null;

    /// <summary>Requests so far, in order.</summary>
    public ConcurrentQueue<ScriptedRequest> Requests => _server.Requests;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private ScriptedReply Answer(ScriptedRequest request)
    {
        if (Faults.TryDequeue(out var fault))
        {
            return fault;
        }

        var body = JsonNode.Parse(request.Body)!;
        return request.Path switch
        {
            "v1/embeddings" => Embeddings(body, vectors => new JsonObject
            {
                ["object"] = "list",
                ["model"] = body["model"]!.DeepClone(),
                ["data"] = new JsonArray([.. vectors.Select((vector, i) => new JsonObject { ["object"] = "embedding", ["index"] = i, ["embedding"] = Number(body, vector) })]),
                ["usage"] = new JsonObject { ["prompt_tokens"] = vectors.Length, ["total_tokens"] = vectors.Length },
            }),
            "api/embed" => Embeddings(body, vectors => new JsonObject
            {
                ["model"] = body["model"]!.DeepClone(),
                ["embeddings"] = new JsonArray([.. vectors.Select(Floats)]),
                ["prompt_eval_count"] = vectors.Length,
            }),
            "v1/chat/completions" => Chats(body, ChatReplies.OpenAI),
            "api/chat" => Chats(body, ChatReplies.Ollama),
            _ => ScriptedReply.Text(404, "{\"error\":\"no such path\"}"),
        };
    }

    private ScriptedReply Embeddings(JsonNode body, Func<IReadOnlyList<float>[], JsonObject> answer)
    {
        string[] inputs = body["input"] is JsonArray many ? [.. many.Select(input => (string)input!)] : [(string)body["input"]!];
        return inputs.Select(Refuse).FirstOrDefault(reply => reply is not null) ?? Json(answer([.. inputs.Select(_embed)]));
    }

    private ScriptedReply Chats(JsonNode body, Func<JsonNode, ChatTurn, ScriptedReply> answer)
    {
        var message = body["messages"]!.AsArray()[^1]!;
        var content = message["content"] is JsonArray parts ? string.Concat(parts.Select(part => (string?)part!["text"] ?? (string?)part["image_url"]?["url"])) : (string?)message["content"] ?? "";
        var prompt = content + string.Concat(message["images"]?.AsArray().Select(picture => (string?)picture) ?? []);
        return Refuse(prompt) ?? answer(body, Chat.TryDequeue(out var turn) ? turn : Reply(prompt));
    }

    // The client of OpenAI asks for base64, as the service itself prefers.
    private static JsonNode Number(JsonNode body, IReadOnlyList<float> vector) => (string?)body["encoding_format"] == "base64"
        ? JsonValue.Create(Convert.ToBase64String([.. vector.SelectMany(BitConverter.GetBytes)]))
        : Floats(vector);

    private static JsonArray Floats(IReadOnlyList<float> vector) => new([.. vector.Select(value => (JsonNode)JsonValue.Create(value))]);

    private static ScriptedReply Json(JsonNode body) => ScriptedReply.Text(200, body.ToJsonString(), ("Content-Type", "application/json"));
}

/// <summary>One answer of a chat model: a text, or the call of a tool.</summary>
/// <param name="Text">The text; null with a call.</param>
/// <param name="Tool">The tool's name; null without a call.</param>
/// <param name="Arguments">The call's arguments as JSON.</param>
/// <param name="CutAfter">The connection breaks off after so many bytes; null: it does not.</param>
public sealed record ChatTurn(string? Text, string? Tool = null, string Arguments = "{}", int? CutAfter = null);
