using CoVR.Data;

namespace CoVR.Datasets.Doctor;

/// <summary>A reader that can go on behind a malformed entry and knows the line of each; every reader of one data set in this package is one.</summary>
public interface IInspectableDataset : ITripletDatasetReader
{
    /// <summary>The splits that have an annotation file.</summary>
    IReadOnlyList<DatasetSplit> Splits { get; }

    /// <summary>Reads a split as it is annotated, whether media are there or not.</summary>
    /// <param name="split">Which part.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What can be read, and what cannot.</returns>
    /// <exception cref="DatasetFormatException">Nothing can be read.</exception>
    ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default);
}

/// <summary>One split of a data set as it is annotated.</summary>
/// <param name="Dataset">Every entry that can be read, those without media included.</param>
/// <param name="Findings">What cannot be read, by file, line and field.</param>
public sealed record AnnotationInspection(TripletDataset Dataset, IReadOnlyList<DoctorFinding> Findings)
{
    /// <summary>The line of the annotation file on which a triplet of <see cref="Dataset"/> begins, by its place.</summary>
    /// <value>Unknown by default.</value>
    public Func<int, long?> LineOf { get; init; } = static _ => null;

    /// <summary>Whether references should be among the candidates too, as in benchmarks that list all pictures of a split.</summary>
    /// <value>False by default.</value>
    public bool ListsReferences { get; init; }
}
