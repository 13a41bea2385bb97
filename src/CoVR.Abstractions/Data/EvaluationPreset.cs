namespace CoVR.Data;

/// <summary>By whose rules a benchmark is scored.</summary>
public enum EvaluationPreset
{
    /// <summary>
    /// No candidate is pooled with the text of a question, the reference is left out of its own ranking, slips are
    /// corrected: what a gallery in use would give. The default.
    /// </summary>
    Honest,

    /// <summary>The rules of the papers with the slips of the reference's code corrected; what leaks in the papers leaks here.</summary>
    Corrected,

    /// <summary>The rules of the reference's code as they are, slips included: for comparison with published figures.</summary>
    Reference,
}
