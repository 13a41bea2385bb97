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

    /// <summary>What the next chat requests are answered; without an entry the last message comes back.</summary>
    public ConcurrentQueue<ChatTurn> Chat { get; } = new();

    /// <summary>Sent instead of the next answers: 429, broken JSON, a cut or stalled stream.</summary>
    public ConcurrentQueue<ScriptedReply> Faults { get; } = new();

    /// <summary>May refuse an input of an embedding request; null lets it pass.</summary>
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
            "v1/chat/completions" => Json(200, OpenAIChat(body, Turn(body))),
            "api/chat" => Json(200, OllamaChat(body, Turn(body))),
            _ => ScriptedReply.Text(404, "{\"error\":\"no such path\"}"),
        };
    }

    private ScriptedReply Embeddings(JsonNode body, Func<IReadOnlyList<float>[], JsonObject> answer)
    {
        string[] inputs = body["input"] is JsonArray many ? [.. many.Select(input => (string)input!)] : [(string)body["input"]!];
        return inputs.Select(Refuse).FirstOrDefault(reply => reply is not null) ?? Json(200, answer([.. inputs.Select(_embed)]));
    }

    private ChatTurn Turn(JsonNode body) => Chat.TryDequeue(out var turn) ? turn : new ChatTurn((string?)body["messages"]!.AsArray()[^1]!["content"] ?? "");

    private static JsonObject OpenAIChat(JsonNode body, ChatTurn turn)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = turn.Text };
        if (turn.Tool is { } tool)
        {
            message["tool_calls"] = new JsonArray(new JsonObject
            {
                ["id"] = "call_1",
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = turn.Arguments },
            });
        }

        return new JsonObject
        {
            ["id"] = "chat_1",
            ["object"] = "chat.completion",
            ["created"] = 1,
            ["model"] = body["model"]!.DeepClone(),
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["finish_reason"] = turn.Tool is null ? "stop" : "tool_calls" }),
            ["usage"] = new JsonObject { ["prompt_tokens"] = 3, ["completion_tokens"] = 5, ["total_tokens"] = 8 },
        };
    }

    private static JsonObject OllamaChat(JsonNode body, ChatTurn turn)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = turn.Text ?? "" };
        if (turn.Tool is { } tool)
        {
            message["tool_calls"] = new JsonArray(new JsonObject { ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = JsonNode.Parse(turn.Arguments) } });
        }

        return new JsonObject
        {
            ["model"] = body["model"]!.DeepClone(),
            ["created_at"] = "2026-01-01T00:00:00Z",
            ["message"] = message,
            ["done"] = true,
            ["done_reason"] = "stop",
            ["prompt_eval_count"] = 3,
            ["eval_count"] = 5,
        };
    }

    // The client of OpenAI asks for base64, as the service itself prefers.
    private static JsonNode Number(JsonNode body, IReadOnlyList<float> vector) => (string?)body["encoding_format"] == "base64"
        ? JsonValue.Create(Convert.ToBase64String([.. vector.SelectMany(BitConverter.GetBytes)]))
        : Floats(vector);

    private static JsonArray Floats(IReadOnlyList<float> vector) => new([.. vector.Select(value => (JsonNode)JsonValue.Create(value))]);

    private static ScriptedReply Json(int status, JsonNode body) => ScriptedReply.Text(status, body.ToJsonString(), ("Content-Type", "application/json"));
}

/// <summary>One answer of a chat model: a text, or the call of a tool.</summary>
/// <param name="Text">The text; null with a call.</param>
/// <param name="Tool">The tool's name; null without a call.</param>
/// <param name="Arguments">The call's arguments as JSON.</param>
public sealed record ChatTurn(string? Text, string? Tool = null, string Arguments = "{}");
