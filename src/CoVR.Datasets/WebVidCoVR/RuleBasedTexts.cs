using System.Collections;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>The filled templates of one row; each is written when it is asked for, which for millions of rows saves memory.</summary>
internal sealed class RuleBasedTexts : IReadOnlyList<string>
{
    private readonly string _first;
    private readonly string _second;

    private RuleBasedTexts(string first, string second) => (_first, _second) = (first, second);

    /// <inheritdoc/>
    public int Count => RuleBasedEdits.TemplateCount;

    /// <inheritdoc/>
    public string this[int index] => RuleBasedEdits.Fill(index, _first, _second);

    /// <summary>The texts of a row; null when its captions do not differ in a word.</summary>
    public static RuleBasedTexts? Of(WebVidCoVRRow row, bool repeatFirstWord) =>
        RuleBasedEdits.DifferingWords(row.ReferenceCaption!, row.TargetCaption!) is { } words
            ? new RuleBasedTexts(words.Reference, repeatFirstWord ? words.Reference : words.Target)
            : null;

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
