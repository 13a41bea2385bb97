namespace CoVR.Data;

/// <summary>Reads the annotations of one data set and knows where its media lie.</summary>
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

    /// <summary>Where an item's media lie.</summary>
    /// <param name="id">An item of this data set.</param>
    /// <returns>The source; its file need not exist.</returns>
    MediaSource Locate(MediaId id);
}
