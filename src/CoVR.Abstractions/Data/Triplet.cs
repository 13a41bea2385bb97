namespace CoVR.Data;

/// <summary>An annotated query: a reference, a modification and the target.</summary>
/// <param name="Id">Unique in its data set.</param>
/// <param name="Reference">What to start from.</param>
/// <param name="Modification">What to change, as annotated (not yet cleaned).</param>
/// <param name="Target">The correct answer; null in a hidden test split.</param>
/// <param name="TargetCaption">A caption of the target, if there is one.</param>
/// <param name="FrameScores">Similarity of <paramref name="Modification"/> to each frame of the target, if known.</param>
public sealed record Triplet(
    string Id,
    MediaId Reference,
    string Modification,
    MediaId? Target,
    string? TargetCaption = null,
    IReadOnlyList<float>? FrameScores = null)
{
    /// <summary>All texts of this triplet if there are several; training draws one at each use.</summary>
    /// <value>Null by default: <see cref="Modification"/> is the only one. Otherwise <see cref="Modification"/> is one of them.</value>
    public IReadOnlyList<string>? Alternatives { get; init; }

    /// <summary>A few candidates among which the target is also ranked: CIRR's <c>img_set</c>, including the reference.</summary>
    /// <value>Null by default.</value>
    public IReadOnlyList<MediaId>? Subset { get; init; }

    /// <summary>All correct answers and their weights, for benchmarks with several (CIRCO's ground truths, CIRR's <c>target_soft</c>).</summary>
    /// <value>Null by default: <see cref="Target"/> is the only one.</value>
    public IReadOnlyDictionary<MediaId, double>? Answers { get; init; }
}
