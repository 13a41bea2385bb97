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
    IReadOnlyList<float>? FrameScores = null)
{
    /// <summary>All texts of this triplet, when there are several; training draws one at each use.</summary>
    /// <value>Null by default: <see cref="Modification"/> is the only one. Otherwise <see cref="Modification"/> is one of them.</value>
    public IReadOnlyList<string>? Alternatives { get; init; }

    /// <summary>A few candidates among which the target is also looked for: CIRR's <c>img_set</c>, the reference among them.</summary>
    /// <value>Null by default.</value>
    public IReadOnlyList<MediaId>? Subset { get; init; }

    /// <summary>Every right answer and its worth, for benchmarks that know of several (CIRCO's ground truths, CIRR's <c>target_soft</c>).</summary>
    /// <value>Null by default: <see cref="Target"/> is the only one.</value>
    public IReadOnlyDictionary<MediaId, double>? Answers { get; init; }
}

/// <summary>One split of a data set: annotations only, no pixels, no embeddings, no batching.</summary>
/// <param name="Name">For example <c>webvid-covr</c>.</param>
/// <param name="Split">Which part.</param>
/// <param name="Triplets">In the order of the annotation file unless the reader says otherwise.</param>
/// <param name="Candidates">The gallery, unique, in its own order.</param>
public sealed record TripletDataset(string Name, DatasetSplit Split, IReadOnlyList<Triplet> Triplets, IReadOnlyList<MediaId> Candidates)
{
    /// <summary>The annotation file, which result files and reports name.</summary>
    /// <value>Null by default: it was not read from one file.</value>
    public string? Source { get; init; }

    /// <summary>What was annotated and is not here because its media are missing; coverage counts it.</summary>
    /// <value>Null by default: nothing was left out.</value>
    public LeftOutMedia? LeftOut { get; init; }
}

/// <summary>What a reader left out of a split because pictures or videos are missing.</summary>
/// <param name="Triplets">How many triplets.</param>
/// <param name="Targets">How many different right answers, of which no triplet is left.</param>
/// <param name="Candidates">How many items of the gallery.</param>
/// <param name="Media">What is missing, each once.</param>
public sealed record LeftOutMedia(int Triplets, int Targets, int Candidates, IReadOnlyList<MediaId> Media);
