using CoVR.Data;

namespace CoVR.Datasets.Doctor;

/// <summary>A split that a run looks at.</summary>
/// <param name="Dataset">The data set's name.</param>
/// <param name="Split">Which part.</param>
/// <param name="Content">The annotations; without entries where nothing could be read.</param>
public sealed record InspectedSplit(string Dataset, DatasetSplit Split, AnnotationInspection Content)
{
    /// <summary>The annotation file, for messages.</summary>
    public string File => Content.Dataset.Source ?? Dataset;

    internal static async Task<InspectedSplit> ReadAsync(DoctorDataset dataset, DatasetSplit split, CancellationToken cancellationToken)
    {
        try
        {
            var content = dataset.Reader is IInspectableDataset known
                ? await known.InspectAsync(split, cancellationToken).ConfigureAwait(false)
                : new AnnotationInspection(await dataset.Reader.ReadAsync(split, cancellationToken).ConfigureAwait(false), []);
            return new InspectedSplit(dataset.Name, split, content with { Findings = [.. content.Findings.Select(finding => finding with { Dataset = dataset.Name })] });
        }
        catch (DatasetFormatException fault)
        {
            var nothing = new TripletDataset(dataset.Name, split, [], []) { Source = fault.File };
            return new InspectedSplit(dataset.Name, split, new AnnotationInspection(nothing, [DoctorFinding.Of(DoctorKinds.AnnotationMalformed, fault, dataset.Name)]));
        }
    }
}
