namespace CoVR.Datasets.WebVidCoVR;

/// <summary>One row of an annotation file.</summary>
/// <param name="Number">Its zero-based index among the rows of the file.</param>
/// <param name="Line">The line it starts on, counted from 1.</param>
/// <param name="Reference"><c>pth1</c>.</param>
/// <param name="Target"><c>pth2</c>.</param>
/// <param name="ReferenceCaption"><c>txt1</c>; null when the file has no such column or it is not used.</param>
/// <param name="TargetCaption"><c>txt2</c>; null when the file has no such column.</param>
/// <param name="Edit"><c>edit</c>; empty when edits are made by rule.</param>
/// <param name="Scores"><c>scores</c>: one number per frame of the target; null if there are none.</param>
internal sealed record WebVidCoVRRow(
    int Number,
    long Line,
    string Reference,
    string Target,
    string? ReferenceCaption,
    string? TargetCaption,
    string Edit,
    IReadOnlyList<float>? Scores);
