using System.Text.Json.Nodes;
using CoVR.TestSupport.Downloads;

namespace CoVR.TestSupport.AI;

/// <summary>The answers of a <see cref="ModelServer"/> to chats: whole, or word by word where the client asks for a stream.</summary>
internal static class ChatReplies
{
    public static ScriptedReply OpenAI(JsonNode body, ChatTurn turn)
    {
        if (!IsStream(body, false))
        {
            var whole = Choice("chat.completion", "message", new JsonObject { ["role"] = "assistant", ["content"] = turn.Text }, turn.Tool is null ? "stop" : "tool_calls");
            whole["usage"] = new JsonObject { ["prompt_tokens"] = 3, ["completion_tokens"] = 5, ["total_tokens"] = 8 };
            return Reply("application/json", whole.ToJsonString(), turn);
        }

        var chunks = Parts(turn).Select(part => Choice("chat.completion.chunk", "delta", new JsonObject { ["role"] = "assistant", ["content"] = part }, null))
            .Append(Choice("chat.completion.chunk", "delta", [], turn.Tool is null ? "stop" : "tool_calls"));
        return Reply("text/event-stream", string.Concat(chunks.Select(chunk => $"data: {chunk.ToJsonString()}\n\n").Append("data: [DONE]\n\n")), turn);

        JsonObject Choice(string kind, string part, JsonObject message, string? finish)
        {
            if (turn.Tool is { } tool && finish is not null)
            {
                message["tool_calls"] = new JsonArray(new JsonObject
                {
                    ["index"] = 0,
                    ["id"] = "call_1",
                    ["type"] = "function",
                    ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = turn.Arguments },
                });
            }

            return new JsonObject
            {
                ["id"] = "chat_1",
                ["object"] = kind,
                ["created"] = 1,
                ["model"] = body["model"]!.DeepClone(),
                ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, [part] = message, ["finish_reason"] = finish }),
            };
        }
    }

    public static ScriptedReply Ollama(JsonNode body, ChatTurn turn)
    {
        if (!IsStream(body, true))
        {
            return Reply("application/json", Message(turn.Text ?? "", isLast: true).ToJsonString(), turn);
        }

        var lines = Parts(turn).Select(part => Message(part, isLast: false)).Append(Message("", isLast: true));
        return Reply("application/x-ndjson", string.Concat(lines.Select(line => line.ToJsonString() + "\n")), turn);

        JsonObject Message(string text, bool isLast)
        {
            var message = new JsonObject { ["role"] = "assistant", ["content"] = text };
            if (turn.Tool is { } tool && isLast)
            {
                message["tool_calls"] = new JsonArray(new JsonObject { ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = JsonNode.Parse(turn.Arguments) } });
            }

            var answer = new JsonObject { ["model"] = body["model"]!.DeepClone(), ["created_at"] = "2026-01-01T00:00:00Z", ["message"] = message, ["done"] = isLast };
            if (isLast)
            {
                (answer["done_reason"], answer["prompt_eval_count"], answer["eval_count"]) = ("stop", 3, 5);
            }

            return answer;
        }
    }

    private static bool IsStream(JsonNode body, bool usual) => (bool?)body["stream"] ?? usual;

    private static IEnumerable<string> Parts(ChatTurn turn) => (turn.Text ?? "").Split(' ').Select((word, i) => i == 0 ? word : " " + word);

    private static ScriptedReply Reply(string type, string text, ChatTurn turn) => ScriptedReply.Text(200, text, ("Content-Type", type)) with { CutAfter = turn.CutAfter };
}
