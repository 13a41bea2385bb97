namespace CoVR.Losses;

/// <summary>How <see cref="HardNegativeNceLoss"/> normalises its weights.</summary>
public enum HardNegativeNceForm
{
    /// <summary>
    /// The form that the published models were trained with: in the query-to-target direction entry (i, j) is divided
    /// by the sum of row j instead of row i, and the sums are taken as "whole row minus diagonal" in the precision of
    /// the logits wherever that is finite and positive.
    /// </summary>
    Reference,

    /// <summary>The form of the paper: entry (i, j) is divided by the sum of row i, in log space throughout.</summary>
    Textbook,
}
