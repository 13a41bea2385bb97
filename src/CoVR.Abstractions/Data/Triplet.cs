namespace CoVR.Data;

/// <summary>The part of a data set that is trained on, watched during training, or reported.</summary>
public enum DatasetSplit
{
    /// <summary>Trained on.</summary>
    Train,

    /// <summary>Watched between epochs.</summary>
    Validation,

    /// <summary>Reported.</summary>
    Test,
}

/// <summary>One annotated query: from the reference, change this, and get the target.</summary>
/// <param name="Id">Unique in its data set.</param>
/// <param name="Reference">What to start from.</param>
/// <param name="Modification">What to change, as annotated (not yet cleaned).</param>
/// <param name="Target">The right answer; null in a hidden test split.</param>
/// <param name="TargetCaption">A caption of the target, when there is one.</param>
/// <param name="FrameScores">Similarity of <paramref name="Modification"/> to each frame of the target, when there are any.</param>
public sealed record Triplet(
    string Id,
    MediaId Reference,
    string Modification,
    MediaId? Target,
    string? TargetCaption = null,
    IReadOnlyList<float>? FrameScores = null);

/// <summary>One split of a data set: annotations only, no pixels, no embeddings, no batching.</summary>
/// <param name="Name">For example <c>webvid-covr</c>.</param>
/// <param name="Split">Which part.</param>
/// <param name="Triplets">In the order of the annotation file unless the reader says otherwise.</param>
/// <param name="Candidates">The gallery, unique, in its own order.</param>
public sealed record TripletDataset(string Name, DatasetSplit Split, IReadOnlyList<Triplet> Triplets, IReadOnlyList<MediaId> Candidates);
