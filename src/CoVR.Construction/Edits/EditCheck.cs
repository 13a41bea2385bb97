using System.Text.Json;
using CoVR.Construction.Texts;

namespace CoVR.Construction.Edits;

/// <summary>Reads the texts out of an answer and keeps those that are usable.</summary>
/// <param name="request">The change that was asked for.</param>
/// <param name="maxWords">Longer texts are refused.</param>
internal sealed class EditCheck(EditRequest request, int maxWords)
{
    private static readonly string[] Meta = ["caption", "description", "image 1", "image 2", "video 1", "video 2", "first image", "second image", "first video", "second video", "as an ai"];

    /// <summary>The usable texts, without repetitions.</summary>
    /// <param name="answer">What the model wrote.</param>
    /// <param name="fault">Why the last text was refused, or that there was none.</param>
    public IReadOnlyList<string> Keep(string answer, out string fault)
    {
        var last = "no JSON with edits";
        List<string> kept = [];
        foreach (var text in Parse(answer).Select(text => text.Trim().Trim('"').TrimEnd('.')).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (FindFault(text) is { } reason)
            {
                last = reason;
            }
            else
            {
                kept.Add(text);
            }
        }

        fault = last;
        return kept;
    }

    // Some models put the object into a block of Markdown.
    private static IReadOnlyList<string> Parse(string answer)
    {
        var (start, end) = (answer.IndexOf('{', StringComparison.Ordinal), answer.LastIndexOf('}'));
        try
        {
            return start >= 0 && end > start && JsonDocument.Parse(answer[start..(end + 1)]).RootElement.TryGetProperty("edits", out var edits) && edits.ValueKind == JsonValueKind.Array
                ? [.. edits.EnumerateArray().Where(edit => edit.ValueKind == JsonValueKind.String).Select(edit => edit.GetString()!)]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private string? FindFault(string text)
    {
        var lower = text.ToLowerInvariant();
        var words = lower.Split((char[])[' ', ',', ';', ':', '!', '?', '"'], StringSplitOptions.RemoveEmptyEntries);
        var change = (request.Added.Length > 0 ? request.Added : request.Removed).Split(' ');
        var changed = change.Length == 1 ? change : Array.FindAll(change, word => !RuleTextFilter.IsStopWord(word));
        return words.Length == 0 ? "empty text"
            : words.Length > maxWords ? $"more than {maxWords} words"
            : string.Join(' ', words) is var plain && (plain == request.Reference || plain == request.Target) ? "copy of a caption"
            : Meta.Any(phrase => lower.Contains(phrase, StringComparison.Ordinal)) ? "speaks of captions or images"
            : IsForeign(text) ? "another language"
            : !changed.All(word => lower.Contains(Stem(word), StringComparison.Ordinal)) ? "does not name the change"
            : null;
    }

    private bool IsForeign(string text) => text.Any(IsForeignLetter) && !request.Reference.Any(IsForeignLetter) && !request.Target.Any(IsForeignLetter);

    private static bool IsForeignLetter(char letter) => letter > '\u024F' && char.IsLetter(letter);

    // "dogs" for "dog", "running" for "runs": enough letters to tell, not the ending.
    private static string Stem(string word) => word[..Math.Max(Math.Min(word.Length, 3), word.Length - 3)];
}
