using CoVR.Data;

namespace CoVR.Datasets.Doctor;

/// <summary>One thing that a check found.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Kind">What it is: one of <see cref="DoctorKinds"/>, or a word of a check's own such as <c>shop.price</c>; the part before the dot is its group.</param>
/// <param name="Reason">What is there and what was expected, one sentence.</param>
public sealed record DoctorFinding(DoctorSeverity Severity, string Kind, string Reason)
{
    /// <summary>The data set; null when it concerns none.</summary>
    public string? Dataset { get; init; }

    /// <summary>The item, query or checkpoint; null when it concerns none.</summary>
    public string? Id { get; init; }

    /// <summary>The file; null when it concerns none.</summary>
    public string? File { get; init; }

    /// <summary>The line of <see cref="File"/>, counted from 1.</summary>
    public long? Line { get; init; }

    /// <summary>The column or key of <see cref="File"/>.</summary>
    public string? Field { get; init; }

    /// <summary>How to mend it; null where nothing is to be done.</summary>
    public string? Fix { get; init; }

    /// <summary>The repair list on which <see cref="Id"/> belongs.</summary>
    public DoctorRemedy Remedy { get; init; }

    /// <summary>Where it is, for messages: file, line and field, or the item.</summary>
    public string Place => File is null
        ? Id ?? Dataset ?? ""
        : File + (Line is null ? "" : FormattableString.Invariant($":{Line}")) + (Field is null ? "" : $" ({Field})");

    internal static DoctorFinding Of(string kind, DatasetFormatException fault, string dataset) => new(DoctorSeverity.Fault, kind, fault.Reason)
    {
        Dataset = dataset,
        File = fault.File,
        Line = fault.Line,
        Field = fault.Field,
        Fix = "Correct the file, or download the annotations again.",
    };
}
