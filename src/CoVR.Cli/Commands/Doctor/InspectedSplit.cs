using CoVR.Data;
using CoVR.Datasets.Annotations;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>A split that is examined.</summary>
/// <param name="Dataset">The data set's name.</param>
/// <param name="Split">Which part.</param>
/// <param name="Content">The annotations; without triplets where nothing could be read.</param>
internal sealed record InspectedSplit(string Dataset, DatasetSplit Split, AnnotationInspection Content)
{
    /// <summary>The annotation file, for messages.</summary>
    public string File => Content.Dataset.Source ?? Dataset;

    /// <summary>What is wrong with the annotation files.</summary>
    public IEnumerable<Finding> Findings => Content.Issues.Select(ToFinding);

    public static async Task<InspectedSplit> ReadAsync(DoctorDataset dataset, DatasetSplit split, CancellationToken cancellationToken)
    {
        try
        {
            return new InspectedSplit(dataset.Name, split, await AnnotationInspection.ReadAsync(dataset.Reader, split, cancellationToken));
        }
        catch (DatasetFormatException fault)
        {
            var issue = new AnnotationInspection.Issue(LogLevel.Error, fault.File, fault.Reason) { Line = fault.Line, Field = fault.Field };
            return new InspectedSplit(dataset.Name, split, new AnnotationInspection(new TripletDataset(dataset.Name, split, [], []) { Source = fault.File }, [issue]));
        }
    }

    private Finding ToFinding(AnnotationInspection.Issue issue)
    {
        var (severity, kind, fix) = issue.Level switch
        {
            LogLevel.Error when issue.Id is not null => (Severity.Fault, FindingKinds.AnnotationDuplicate, "Remove the row, or iterate by triplets to score every row."),
            LogLevel.Warning => (Severity.Warning, FindingKinds.AnnotationEmptyText, null),
            LogLevel.Information => (Severity.Note, FindingKinds.AnnotationMalformed, null),
            _ => (Severity.Fault, FindingKinds.AnnotationMalformed, "Correct the file, or download the annotations again."),
        };
        return new Finding(severity, kind, issue.Reason) { Dataset = Dataset, Id = issue.Id, File = issue.File, Line = issue.Line, Field = issue.Field, Fix = fix };
    }
}
