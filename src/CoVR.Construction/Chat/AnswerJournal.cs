using System.Text.Json;
using CoVR.Construction.Work;

namespace CoVR.Construction.Chat;

/// <summary>A file of answers to which each is appended and flushed before it is used; safe for several threads.</summary>
internal sealed class AnswerJournal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly JournalFile _file;
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);

    private AnswerJournal(JournalFile file) => _file = file;

    /// <summary>What all answers cost.</summary>
    public AnswerTotals Totals { get; private set; } = new(0, 0, 0);

    /// <summary>Opens or makes a journal; a line that a kill cut off is removed.</summary>
    /// <exception cref="ConstructionException">Another process has it open, or a line is damaged.</exception>
    public static AnswerJournal Open(string path)
    {
        var journal = new AnswerJournal(JournalFile.Open(path));
        try
        {
            journal.Read(path);
            return journal;
        }
        catch (ConstructionException)
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>The answer to a call; null if it was not made.</summary>
    public string? Find(string key)
    {
        lock (_lock)
        {
            return _answers.GetValueOrDefault(key);
        }
    }

    /// <summary>Keeps an answer.</summary>
    /// <exception cref="ConstructionException">It cannot be written; the file is as before.</exception>
    public void Append(string key, string model, string answer, long inputTokens, long outputTokens)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new Entry(key, model, answer, inputTokens, outputTokens));
        lock (_lock)
        {
            _file.Append([.. line, (byte)'\n']);
            Add(new Entry(key, model, answer, inputTokens, outputTokens));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Read(string path)
    {
        var bytes = _file.ReadAll();
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        _file.Cut(end);
        var number = 0;
        foreach (var range in bytes.AsSpan(0, end).Split((byte)'\n'))
        {
            number++;
            if (!bytes.AsSpan(range).IsEmpty)
            {
                Add(Parse(bytes.AsSpan(range), path, number));
            }
        }
    }

    private static Entry Parse(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line)!;
        }
        catch (JsonException error)
        {
            throw new ConstructionException($"Journal '{path}'", $"line {number} is damaged; remove the line, and its text is asked for again.", error);
        }
    }

    private void Add(Entry entry)
    {
        _answers[entry.Key] = entry.Answer;
        Totals = new AnswerTotals(Totals.Answers + 1, Totals.InputTokens + entry.InputTokens, Totals.OutputTokens + entry.OutputTokens);
    }

    private sealed record Entry(string Key, string Model, string Answer, long InputTokens, long OutputTokens);
}

/// <summary>Sums over answers.</summary>
/// <param name="Answers">How many there are.</param>
/// <param name="InputTokens">Tokens read.</param>
/// <param name="OutputTokens">Tokens written.</param>
internal sealed record AnswerTotals(long Answers, long InputTokens, long OutputTokens)
{
    /// <summary>Tokens read and written.</summary>
    public long Tokens => InputTokens + OutputTokens;
}
