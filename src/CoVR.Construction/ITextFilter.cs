namespace CoVR.Construction;

/// <summary>Decides whether a pair of captions is worth an edit, besides the rules of <see cref="TextFilterOptions"/>.</summary>
public interface ITextFilter
{
    /// <summary>Names the rule and its settings: when it changes, pairs are filtered again.</summary>
    string Fingerprint { get; }

    /// <summary>Judges a pair; called from one thread.</summary>
    /// <param name="pair">The pair.</param>
    /// <returns>Why it is dropped; null to keep it.</returns>
    string? FindFault(CaptionPair pair);
}

/// <summary>Two captions, in lower case and without punctuation, that differ in one word, or in two (<see cref="MiningOptions.Words"/>).</summary>
/// <param name="CaptionA">One caption; the shorter one if a word was inserted, else the one that sorts first.</param>
/// <param name="CaptionB">The other.</param>
/// <param name="WordA">The word of <paramref name="CaptionA"/> that differs, or two with a blank between them; empty if a word was inserted.</param>
/// <param name="WordB">The word or words of <paramref name="CaptionB"/>.</param>
public sealed record CaptionPair(string CaptionA, string CaptionB, string WordA, string WordB);
