using CoVR.Modeling.Text;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Modification texts made by rule from the captions of reference and target (the papers' rule-based variant).</summary>
/// <remarks>After <c>src/data/webvid_covr_rulebased.py</c> of the reference, which fills both words of a template with the first one: see <see cref="RepeatFirstWord"/>.</remarks>
/// <param name="repeatFirstWord">True to fill templates as the reference does.</param>
public sealed class RuleBasedEdits(bool repeatFirstWord = false)
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

    /// <summary>Whether both places of a template get the reference's word, which is the slip the published rule-based model was trained with.</summary>
    public bool RepeatFirstWord { get; } = repeatFirstWord;

    /// <summary>How many templates there are.</summary>
    internal static int TemplateCount => Templates.Length;

    /// <summary>The first place at which two captions have different words; full stops, commas and case do not count.</summary>
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

    /// <summary>Writes a modification text with one of nine templates.</summary>
    /// <param name="referenceCaption">The caption of the reference.</param>
    /// <param name="targetCaption">The caption of the target.</param>
    /// <param name="random">Draws the template.</param>
    /// <returns>The text, or null when no word differs: such rows are left out.</returns>
    public string? Write(string referenceCaption, string targetCaption, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return DifferingWords(referenceCaption, targetCaption) is { } words
            ? Fill(random.Next(Templates.Length), words.Reference, RepeatFirstWord ? words.Reference : words.Target)
            : null;
    }

    /// <summary>Fills a template.</summary>
    internal static string Fill(int template, string first, string second) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, Templates[template], first, second);

    private static string[] Words(string caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        return CaptionCleaner.SplitWords(caption, removed: ".,");
    }
}
