using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CoVR.Cli.Pages;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>What a <see cref="DatasetDoctor"/> found.</summary>
internal sealed record DoctorReport
{
    public const string FileName = "doctor.json";
    public const string PageName = "doctor.html";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public required DoctorLevel Level { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether every check ran to its end; false after a cancellation.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Whether there is no fault; there may be warnings and notes.</summary>
    public bool IsHealthy => IsComplete && Faults == 0;

    public int Faults => Findings.Count(finding => finding.Severity == Severity.Fault);

    public int Warnings => Findings.Count(finding => finding.Severity == Severity.Warning);

    /// <summary>The checks that ran, in order.</summary>
    public required IReadOnlyList<CheckResult> Checks { get; init; }

    /// <summary>What can be scored, for each split.</summary>
    public required IReadOnlyList<SplitCoverage> Coverage { get; init; }

    /// <summary>What precisions change; null where that was not asked for.</summary>
    public IReadOnlyList<PrecisionResult>? Precisions { get; init; }

    /// <summary>Findings grouped by kind, the worst first.</summary>
    public IReadOnlyList<FindingGroup> Groups =>
    [
        .. Findings
            .GroupBy(finding => (finding.Severity, finding.Kind, finding.Dataset))
            .Select(group => new FindingGroup(group.Key.Severity, group.Key.Kind, group.Key.Dataset, group.Count(), group.First()))
            .OrderByDescending(group => group.Severity)
            .ThenByDescending(group => group.Count),
    ];

    /// <summary>Everything that was found: faults first, then by data set, kind, file, line and item.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The items that must be downloaded or embedded again.</summary>
    [JsonIgnore]
    public RepairList Repairs => new(Findings);

    /// <summary>The whole report as indented JSON.</summary>
    public string ToJson() => Serialize(this);

    /// <summary>Writes the page, the report and the repair lists. Lists of an earlier report are replaced, or removed when nothing is left to do.</summary>
    /// <returns>The paths that were written.</returns>
    public IReadOnlyList<string> Save(string folder) =>
        [HtmlReport.Write(Path.Combine(folder, PageName), DoctorPage.Of(this)), HtmlReport.Write(Path.Combine(folder, FileName), ToJson()), .. Repairs.Save(folder)];

    internal static string Serialize<T>(T value) => JsonSerializer.Serialize(value, Json);
}

/// <summary>The result of one check.</summary>
/// <param name="Name">The check.</param>
/// <param name="Looked">How many items it examined; 0 for checks that do not count.</param>
/// <param name="Faults">How many faults it found.</param>
/// <param name="Warnings">How many warnings.</param>
/// <param name="Notes">Facts worth knowing.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record CheckResult(string Name, long Looked, int Faults, int Warnings, IReadOnlyList<string> Notes, TimeSpan Elapsed);

/// <summary>Findings of one kind.</summary>
internal sealed record FindingGroup(Severity Severity, string Kind, string? Dataset, int Count, Finding First);
