using System.Text.Json;
using CoVR.Construction.Chat;
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
        foreach (var text in Parse(answer).Select(Tidy).Distinct(StringComparer.OrdinalIgnoreCase))
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

    private static IEnumerable<string> Parse(string answer) => ModelJson.Find(answer, "edits") is { ValueKind: JsonValueKind.Array } edits
        ? edits.EnumerateArray().Where(edit => edit.ValueKind == JsonValueKind.String).Select(edit => edit.GetString()!)
        : [];

    private static string Tidy(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Trim('"').TrimEnd('.');

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
            : text.Any(char.IsControl) ? "control characters"
            : IsForeign(text) ? "another language"
            : !changed.All(word => lower.Contains(Stem(word), StringComparison.Ordinal)) ? "does not name the change"
            : null;
    }

    private bool IsForeign(string text) => text.Any(IsForeignLetter) && !request.Reference.Any(IsForeignLetter) && !request.Target.Any(IsForeignLetter);

    private static bool IsForeignLetter(char letter) => letter > '\u024F' && char.IsLetter(letter);

    // "dogs" for "dog", "running" for "runs": enough letters to tell, not the ending.
    private static string Stem(string word) => word[..Math.Max(Math.Min(word.Length, 3), word.Length - 3)];
}
