using CoVR.TestSupport;
using Microsoft.Extensions.AI;

namespace CoVR.Construction.Tests;

/// <summary>A construction in a process of its own: it is told a folder, and writes a line for each step, then <see cref="Done"/>.</summary>
internal static class ConstructProcess
{
    public const string Command = "construct";
    public const string Done = "done";
    public const int Captions = 80;

    /// <summary>Runs a construction to its end.</summary>
    public static async Task<int> RunAsync()
    {
        var folder = Console.ReadLine()!;
        var options = new ConstructionOptions { WorkFile = Path.Combine(folder, "work.duckdb"), Threads = 1, MemoryLimit = 256, Collect = { Inputs = { Path.Combine(folder, "captions.csv") } } };
        options.TextFilter.DropDigits = false;
        options.Split.DivideConnected = true;
        options.Export.Folder = Path.Combine(folder, "dataset");
        using var chat = new RecordedChat(Path.Combine(folder, "asked.txt"));
        using var writer = new ChatEditWriter(chat, Path.Combine(folder, "answers.jsonl"));
        await new ConstructionPipeline(options) { EditWriter = writer }.RunAsync(progress: new Lines());
        Console.WriteLine(Done);
        return 0;
    }

    private sealed class Lines : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => Console.WriteLine($"{value.Activity} {value.Done}");
    }

    /// <summary>Writes down what it was asked, and answers.</summary>
    private sealed class RecordedChat(string file) : IChatClient
    {
        private static readonly Lock Writing = new();

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            var prompt = messages.Single().Text;
            var (removed, added) = (prompt.Split("Gone: \"")[1].Split('"')[0], prompt.Split("New: \"")[1].Split('"')[0]);
            lock (Writing)
            {
                File.AppendAllText(file, $"{removed} {added}\n");
            }

            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, $$"""{"edits": ["{{added}} instead of {{removed}}"]}""")));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
