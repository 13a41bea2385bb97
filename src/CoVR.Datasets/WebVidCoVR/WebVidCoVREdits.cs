namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Where modification texts come from.</summary>
public enum WebVidCoVREdits
{
    /// <summary>From the column <c>edit</c>.</summary>
    Annotated,

    /// <summary>By rule from the captions of reference and target: see <see cref="RuleBasedEdits"/>. Rows whose captions do not differ in a word are left out.</summary>
    RuleBased,

    /// <summary>As <see cref="RuleBased"/>, with the slip that the published rule-based model was trained with: both places of a template get the reference's word.</summary>
    RuleBasedAsPublished,
}
