using System.Collections;
using CoVR.Modeling.Text;
using CoVR.Storage;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Rule-based modification texts from two captions, for <see cref="WebVidCoVROptions.Edits"/>: nine templates filled with the first words that differ.</summary>
public static class RuleBasedEdits
{
    private static readonly string[] Templates =
    [
        "Remove {0}",
        "Take out {0} and add {1}",
        "Change {0} for {1}",
        "Replace {0} with {1}",
        "Replace {0} by {1}",
        "Replace {0} with {1}",
        "Make the {0} into {1}",
        "Add {1}",
        "Change it to {1}",
    ];

    /// <summary>The texts of a pair.</summary>
    /// <param name="referenceCaption">The caption of the reference.</param>
    /// <param name="targetCaption">The caption of the target.</param>
    /// <returns>One text for each template; null if no word differs.</returns>
    public static IReadOnlyList<string>? Of(string referenceCaption, string targetCaption) =>
        DifferingWords(referenceCaption, targetCaption) is { } words ? Fill(words.Reference, words.Target) : null;

    /// <summary>Fills every template.</summary>
    /// <param name="reference">The word to go.</param>
    /// <param name="target">The word that takes its place.</param>
    /// <returns>The texts, each written when it is read: millions of rows cost little memory.</returns>
    public static IReadOnlyList<string> Fill(string reference, string target) => new Texts(reference, target);

    /// <summary>The first place at which two captions have different words; full stops, commas and case are ignored.</summary>
    /// <param name="referenceCaption">The caption of the reference.</param>
    /// <param name="targetCaption">The caption of the target.</param>
    /// <returns>Both words, or null when the shorter caption is the beginning of the other.</returns>
    public static (string Reference, string Target)? DifferingWords(string referenceCaption, string targetCaption)
    {
        var first = Words(referenceCaption);
        var second = Words(targetCaption);
        for (var i = 0; i < Math.Min(first.Length, second.Length); i++)
        {
            if (!string.Equals(first[i], second[i], StringComparison.Ordinal))
            {
                return (first[i], second[i]);
            }
        }

        return null;
    }

    private static string[] Words(string caption) => CaptionCleaner.SplitWords(caption, removed: ".,");

    private sealed class Texts(string reference, string target) : IReadOnlyList<string>
    {
        public int Count => Templates.Length;

        public string this[int index] => string.Format(System.Globalization.CultureInfo.InvariantCulture, Templates[index], reference, target);

        public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
