using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Reproduction;

/// <summary>Rule-based edits with the error that the published rule-based model was trained with: both slots of a template get the reference's word.</summary>
public static class ReferenceEdits
{
    /// <summary>The texts of a pair, for <see cref="WebVidCoVROptions.Edits"/>.</summary>
    /// <param name="referenceCaption">The caption of the reference.</param>
    /// <param name="targetCaption">The caption of the target.</param>
    /// <returns>One text for each template; null if no word differs.</returns>
    public static IReadOnlyList<string>? Of(string referenceCaption, string targetCaption) =>
        RuleBasedEdits.DifferingWords(referenceCaption, targetCaption) is { } words ? RuleBasedEdits.Fill(words.Reference, words.Reference) : null;
}
