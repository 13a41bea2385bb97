using CoVR.Construction.Tests.Chat;

namespace CoVR.Construction.Tests;

/// <summary>A construction in a process of its own: it is told a folder and a server, and writes a line for each step, then <see cref="Done"/>.</summary>
internal static class ConstructProcess
{
    public const string Command = "construct";
    public const string Done = "done";
    public const int Captions = 60;
    public const int Concurrency = 4;

    /// <summary>Runs a construction to its end; edits and the captions of pictures come from a model.</summary>
    public static async Task<int> RunAsync()
    {
        var told = Console.ReadLine()!.Split('|');
        var folder = told[0];
        var options = new ConstructionOptions { WorkFile = Path.Combine(folder, "work.duckdb"), Threads = 1, MemoryLimit = 256, Collect = { Inputs = { Path.Combine(folder, "captions.csv") } } };
        options.TextFilter.DropDigits = false;
        options.Split.DivideConnected = true;
        options.Edits.Concurrency = Concurrency;
        options.Export.Folder = Path.Combine(folder, "dataset");
        using var chat = ColourModel.Client(new Uri(told[1]), "openai");
        using var writer = new ChatEditWriter(chat, Path.Combine(folder, "edits.jsonl"), new ChatEditOptions { RetryDelay = TimeSpan.FromMilliseconds(1) });
        using var source = new ChatCaptionSource(
            chat, Path.Combine(folder, "media"), Path.Combine(folder, "captions.jsonl"), new ChatCaptionOptions { RetryDelay = TimeSpan.FromMilliseconds(1), Concurrency = Concurrency });
        await new ConstructionPipeline(options) { EditWriter = writer, CaptionSources = [source] }.RunAsync(progress: new Lines());
        Console.WriteLine(Done);
        return 0;
    }

    private sealed class Lines : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => Console.WriteLine($"{value.Activity} {value.Done}");
    }
}
