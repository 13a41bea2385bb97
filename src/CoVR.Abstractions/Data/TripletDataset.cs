namespace CoVR.Data;

/// <summary>A split of a data set.</summary>
public enum DatasetSplit
{
    /// <summary>For training.</summary>
    Train,

    /// <summary>For validation between epochs.</summary>
    Validation,

    /// <summary>For reported results.</summary>
    Test,
}

/// <summary>One split of a data set: annotations only, no pixels, no embeddings, no batching.</summary>
/// <param name="Name">For example <c>webvid-covr</c>.</param>
/// <param name="Split">Which part.</param>
/// <param name="Triplets">In annotation file order unless the reader states otherwise.</param>
/// <param name="Candidates">The gallery, unique, in its own order.</param>
public sealed record TripletDataset(string Name, DatasetSplit Split, IReadOnlyList<Triplet> Triplets, IReadOnlyList<MediaId> Candidates)
{
    /// <summary>The annotation file, for result files and reports.</summary>
    /// <value>Null by default: it was not read from one file.</value>
    public string? Source { get; init; }

    /// <summary>What is annotated and not here because pictures or videos are missing, each missing item once; coverage counts it.</summary>
    /// <value>Empty by default: nothing was left out.</value>
    public IReadOnlyList<MediaId> MissingMedia { get; init; } = [];

    /// <summary>How many triplets were left out because media are missing.</summary>
    public int MissingTriplets { get; init; }

    /// <summary>How many different right answers were left out, of which no triplet is left.</summary>
    public int MissingTargets { get; init; }

    /// <summary>How many items of the gallery were left out.</summary>
    public int MissingCandidates { get; init; }
}

/// <summary>Reads the annotations of one data set and locates its media.</summary>
/// <remarks>After a split was read, <see cref="Locate"/> is called from several threads at once.</remarks>
public interface ITripletDatasetReader
{
    /// <summary>The name of the data set, for example <c>webvid-covr</c>.</summary>
    string Name { get; }

    /// <summary>Reads a split.</summary>
    /// <param name="split">Which part.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Its annotations.</returns>
    /// <exception cref="DatasetFormatException">A file is missing or malformed; names file, line and field.</exception>
    ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default);

    /// <summary>Locates an item's media.</summary>
    /// <param name="id">An item of this data set.</param>
    /// <returns>The source; its file need not exist.</returns>
    MediaSource Locate(MediaId id);
}
