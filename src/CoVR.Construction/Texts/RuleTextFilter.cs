namespace CoVR.Construction.Texts;

/// <summary>The rules of <see cref="TextFilterOptions"/>.</summary>
internal sealed class RuleTextFilter : ITextFilter
{
    // Words whose exchange says nothing that can be seen.
    private static readonly HashSet<string> StopWords = [.. (
        "a an the this that these those some any each every its his her their our my your and or but nor so of in on at to by for from with into onto over under as is are was were be been being " +
        "it he she they we you i who which what there here very just also then than while during").Split(' ')];

    private readonly TextFilterOptions _options;
    private readonly HashSet<string>? _vocabulary;
    private readonly Dictionary<string, int[]> _synonyms;
    private readonly string[] _phrases;

    /// <summary>Reads the files of the options.</summary>
    public RuleTextFilter(TextFilterOptions options)
    {
        _options = options;
        _vocabulary = options.Vocabulary is { } words ? [.. File.ReadLines(words).Select(word => word.Trim().ToLowerInvariant())] : null;
        _synonyms = options.Synonyms is { } groups
            ? File.ReadLines(groups).SelectMany((line, group) => line.ToLowerInvariant().Split((char[])[' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(word => (word, group)))
                .GroupBy(entry => entry.word, entry => entry.group).ToDictionary(word => word.Key, word => word.ToArray())
            : [];
        _phrases = [.. options.ExcludedPhrases.Select(phrase => $" {phrase.Trim().ToLowerInvariant()} ")];
    }

    /// <inheritdoc/>
    public string Fingerprint => "rules";

    /// <inheritdoc/>
    public string? FindFault(CaptionPair pair)
    {
        (string A, string B)[] changes = [.. pair.WordA.Split(' ').Zip(pair.WordB.Split(' '))];
        return _options.DropDigits && (pair.WordA + pair.WordB).Any(char.IsDigit) ? "digit in the change"
            : _options.DropStopWords && changes.All(change => IsStopWord(change.A) && IsStopWord(change.B)) ? "only stop words change"
            : _options.DropPlurals && changes.All(change => IsPlural(change.A, change.B) || IsPlural(change.B, change.A)) ? "only the number changes"
            : changes.All(change => AreSynonyms(change.A, change.B)) ? "only a synonym"
            : _vocabulary is not null && !changes.All(change => Knows(change.A) && Knows(change.B)) ? "word outside the vocabulary"
            : ExcludedPhrase(pair) is { } phrase ? $"excluded phrase '{phrase}'"
            : null;
    }

    /// <summary>Whether a word says nothing that can be seen.</summary>
    public static bool IsStopWord(string word) => word.Length == 0 || StopWords.Contains(word);

    private static bool IsPlural(string singular, string plural) => singular.Length > 1 && (
        plural == singular + "s" || plural == singular + "es"
        || (singular[^1] == 'y' && plural == singular[..^1] + "ies")
        || (singular[^1] == 'f' && plural == singular[..^1] + "ves")
        || (singular.EndsWith("fe", StringComparison.Ordinal) && plural == singular[..^2] + "ves")
        || (singular.EndsWith("man", StringComparison.Ordinal) && plural == singular[..^2] + "en"));

    private bool AreSynonyms(string a, string b) => _synonyms.TryGetValue(a, out var one) && _synonyms.TryGetValue(b, out var other) && one.Intersect(other).Any();

    private bool Knows(string word) => word.Length == 0 || _vocabulary!.Contains(word);

    private string? ExcludedPhrase(CaptionPair pair) => Array.Find(
        _phrases, phrase => $" {pair.CaptionA} ".Contains(phrase, StringComparison.Ordinal) || $" {pair.CaptionB} ".Contains(phrase, StringComparison.Ordinal))?.Trim();
}
