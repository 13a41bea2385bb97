using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using CoVR.Embedding;

namespace CoVR.Cli.Commands.Download;

/// <summary>What happened to each video that was tried, as JSON lines that are only appended; an unfinished last line, left by a kill, is ignored.</summary>
/// <remarks>Each shard has its own file and one writer; all files are read, so that the number of shards may change.</remarks>
internal sealed partial class VideoJournal : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly Lock _gate = new();
    private readonly FileStream _lock;
    private readonly FileStream _file;
    private readonly TimeProvider _time;

    private VideoJournal(FileStream taken, FileStream file, TimeProvider time) => (_lock, _file, _time) = (taken, file, time);

    /// <summary>Opens the journal of a shard exclusively.</summary>
    /// <exception cref="IOException">Another process has it, or it cannot be written.</exception>
    public static VideoJournal Open(VideoDownloadOptions options, TimeProvider time)
    {
        Directory.CreateDirectory(options.Folder);
        var taken = TakeLock(Path.ChangeExtension(options.JournalFile, ".lock"));
        try
        {
            var file = new FileStream(options.JournalFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            EndLine(file);
            return new VideoJournal(taken, file, time);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>The results of earlier runs of any shard for videos that are still missing.</summary>
    public static Dictionary<string, VideoOutcome> ReadResults(VideoDownloadOptions options)
    {
        Dictionary<string, (VideoOutcome Outcome, DateTimeOffset At)> last = new(StringComparer.Ordinal);
        foreach (var line in Files(options).SelectMany(Lines))
        {
            if (TryParse(line) is { } entry && options.Shard.Contains(new MediaId(entry.Id)) && !(last.TryGetValue(entry.Id, out var known) && known.At > entry.At))
            {
                last[entry.Id] = (new VideoOutcome(entry.Id, entry.Status) { Address = entry.Address, Reason = entry.Reason, IsFromEarlierRun = true }, entry.At);
                if (entry.Status is VideoStatus.Downloaded)
                {
                    last.Remove(entry.Id);
                }
            }
        }

        return last.ToDictionary(pair => pair.Key, pair => pair.Value.Outcome, StringComparer.Ordinal);
    }

    /// <summary>Appends an outcome.</summary>
    public void Append(VideoOutcome outcome)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new Entry(outcome.Id, outcome.Status, outcome.Address, outcome.Bytes, outcome.Reason, _time.GetUtcNow()), Json);
        lock (_gate)
        {
            _file.Seek(0, SeekOrigin.End);
            _file.Write([.. line, (byte)'\n']);
            _file.Flush();
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static FileStream TakeLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new IOException($"{path} is locked: another process is downloading this shard. Wait for it, or give each process its own shard.", error);
        }
    }

    // An unfinished line must not swallow the next one.
    private static void EndLine(FileStream file)
    {
        file.Seek(-Math.Min(1, file.Length), SeekOrigin.End);
        if (file.ReadByte() is not ('\n' or -1))
        {
            file.WriteByte((byte)'\n');
        }
    }

    private static IEnumerable<string> Files(VideoDownloadOptions options)
    {
        var stem = $"downloads-{options.Name}";
        return !Directory.Exists(options.Folder)
            ? []
            : Directory.EnumerateFiles(options.Folder, stem + "*.jsonl").Where(path => ShardPattern().IsMatch(Path.GetFileNameWithoutExtension(path)[stem.Length..])).Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static Entry? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line, Json) is { Id: not null } entry && !string.IsNullOrWhiteSpace(entry.Id) ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex("^(-[0-9]+-of-[0-9]+)?$")]
    private static partial Regex ShardPattern();

    private sealed record Entry(string Id, VideoStatus Status, string? Address, long? Bytes, string? Reason, DateTimeOffset At);
}
