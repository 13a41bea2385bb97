namespace CoVR.Cli.Commands.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Severity
{
    /// <summary>A fact worth knowing; nothing is wrong.</summary>
    Note,

    /// <summary>Works, but perhaps not as intended.</summary>
    Warning,

    /// <summary>Something cannot be used.</summary>
    Fault,
}

/// <summary>The repair list that an item goes on; until it is repaired, the item counts as missing.</summary>
internal enum Remedy
{
    /// <summary>None.</summary>
    None,

    /// <summary>The picture or video is missing or broken and must be downloaded again.</summary>
    Download,

    /// <summary>The embedding is missing or unusable and must be computed.</summary>
    Embed,
}

/// <summary>One thing that a check found.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Kind">One of <see cref="FindingKinds"/>; the part before the dot is its group.</param>
/// <param name="Reason">What was found and what was expected, in one sentence.</param>
internal sealed record Finding(Severity Severity, string Kind, string Reason)
{
    /// <summary>The data set, if any.</summary>
    public string? Dataset { get; init; }

    /// <summary>The item, query or checkpoint, if any.</summary>
    public string? Id { get; init; }

    /// <summary>The file, if any.</summary>
    public string? File { get; init; }

    /// <summary>The line of <see cref="File"/>, counted from 1.</summary>
    public long? Line { get; init; }

    /// <summary>The column or key of <see cref="File"/>.</summary>
    public string? Field { get; init; }

    /// <summary>How to fix it; null where nothing needs to be done.</summary>
    public string? Fix { get; init; }

    /// <summary>The repair list that <see cref="Id"/> goes on.</summary>
    public Remedy Remedy { get; init; }

    /// <summary>Where it is, for messages: file, line and field, or the item.</summary>
    public string Place => File is null
        ? Id ?? Dataset ?? ""
        : File + (Line is null ? "" : FormattableString.Invariant($":{Line}")) + (Field is null ? "" : $" ({Field})");

    /// <summary>The start of a text, for messages.</summary>
    public static string Shorten(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
