using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR.Construction.Review;

/// <summary>One line of the journal of a review: a decision, or that a reviewer takes back the last one.</summary>
/// <param name="Reviewer">Who.</param>
/// <param name="Time">When.</param>
internal sealed record ReviewEntry(string Reviewer, DateTimeOffset Time)
{
    public string? Triplet { get; init; }

    public ReviewVerdict Verdict { get; init; }

    public string? Text { get; init; }

    public bool Flagged { get; init; }

    public bool Undo { get; init; }
}

/// <summary>The decisions that a journal adds up to; for one thread at a time.</summary>
internal sealed class ReviewLog
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly Dictionary<string, Stack<ReviewDecision>> _histories = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Triplet, string Reviewer), Stack<ReviewDecision>> _decisions = [];

    /// <summary>The last decision of each reviewer about each triplet.</summary>
    public IEnumerable<ReviewDecision> Decisions => _decisions.Values.Where(stack => stack.Count > 0).Select(stack => stack.Peek());

    /// <summary>A line, with its end.</summary>
    public static byte[] Write(ReviewEntry entry) => [.. JsonSerializer.SerializeToUtf8Bytes(entry, Json), (byte)'\n'];

    /// <summary>Reads the complete lines of a journal; what a kill cut off is left out.</summary>
    /// <param name="bytes">The journal.</param>
    /// <param name="path">Its path, for errors.</param>
    /// <param name="length">The length of the complete lines.</param>
    /// <exception cref="ConstructionException">A line is damaged.</exception>
    public static ReviewLog Read(ReadOnlySpan<byte> bytes, string path, out int length)
    {
        var (log, number) = (new ReviewLog(), 0);
        length = bytes.LastIndexOf((byte)'\n') + 1;
        foreach (var range in bytes[..length].Split((byte)'\n'))
        {
            number++;
            if (!bytes[range].IsEmpty)
            {
                log.Add(Parse(bytes[range], path, number));
            }
        }

        return log;
    }

    /// <summary>The last decision; null if there is none.</summary>
    public ReviewDecision? Find(string triplet, string reviewer) => _decisions.TryGetValue((triplet, reviewer), out var stack) && stack.TryPeek(out var last) ? last : null;

    /// <summary>What the next undo of a reviewer takes back; null for nothing.</summary>
    public ReviewDecision? LastOf(string reviewer) => _histories.TryGetValue(reviewer, out var history) && history.TryPeek(out var last) ? last : null;

    /// <summary>Adds an entry.</summary>
    public void Add(ReviewEntry entry)
    {
        if (entry.Undo)
        {
            if (LastOf(entry.Reviewer) is { } last)
            {
                _histories[entry.Reviewer].Pop();
                _decisions[(last.Triplet, entry.Reviewer)].Pop();
            }

            return;
        }

        var decision = new ReviewDecision(entry.Triplet!, entry.Reviewer, entry.Verdict) { Text = entry.Text, IsFlagged = entry.Flagged, Time = entry.Time };
        StackOf(_histories, entry.Reviewer).Push(decision);
        StackOf(_decisions, (entry.Triplet!, entry.Reviewer)).Push(decision);
    }

    private static Stack<ReviewDecision> StackOf<TKey>(Dictionary<TKey, Stack<ReviewDecision>> stacks, TKey key)
        where TKey : notnull
    {
        if (!stacks.TryGetValue(key, out var stack))
        {
            stacks[key] = stack = new Stack<ReviewDecision>();
        }

        return stack;
    }

    private static ReviewEntry Parse(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<ReviewEntry>(line, Json) is { Reviewer.Length: > 0 } entry && (entry.Undo || entry.Triplet is not null)
                ? entry
                : throw new JsonException("no reviewer or triplet");
        }
        catch (JsonException error)
        {
            throw new ConstructionException($"Review journal '{path}'", $"line {number} is damaged; correct or remove it.", error);
        }
    }
}
