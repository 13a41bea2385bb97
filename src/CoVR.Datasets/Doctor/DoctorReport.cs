using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR.Datasets.Doctor;

/// <summary>What a <see cref="DatasetDoctor"/> found.</summary>
public sealed record DoctorReport
{
    /// <summary>The report's file name in <see cref="SaveAsync"/>'s folder.</summary>
    public const string FileName = "doctor.json";

    /// <summary>The page to look at in <see cref="SaveAsync"/>'s folder.</summary>
    public const string PageName = "doctor.html";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>How closely was looked.</summary>
    public required DoctorLevel Level { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether every check came to its end; false when the run was cancelled, and then only what was looked at is known.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Whether there is no fault; warnings and notes may be there.</summary>
    public bool IsHealthy => IsComplete && Faults == 0;

    /// <summary>How many faults there are.</summary>
    public int Faults => Findings.Count(finding => finding.Severity == DoctorSeverity.Fault);

    /// <summary>How many warnings there are.</summary>
    public int Warnings => Findings.Count(finding => finding.Severity == DoctorSeverity.Warning);

    /// <summary>The checks that ran, in order.</summary>
    public required IReadOnlyList<DoctorCheckResult> Checks { get; init; }

    /// <summary>What can be scored, for each split that was looked at.</summary>
    public required IReadOnlyList<DoctorCoverage> Coverage { get; init; }

    /// <summary>Findings of one kind together, the worst first.</summary>
    public IReadOnlyList<DoctorGroup> Groups =>
    [
        .. Findings
            .GroupBy(finding => (finding.Severity, finding.Kind, finding.Dataset))
            .Select(group => new DoctorGroup(group.Key.Severity, group.Key.Kind, group.Key.Dataset, group.Count(), group.First()))
            .OrderByDescending(group => group.Severity)
            .ThenByDescending(group => group.Count),
    ];

    /// <summary>Everything that was found: faults first, then by data set, kind, file, line and item.</summary>
    public required IReadOnlyList<DoctorFinding> Findings { get; init; }

    /// <summary>The items that are to be downloaded or embedded again.</summary>
    [JsonIgnore]
    public RepairList Repairs => new(Findings);

    /// <summary>The whole report as JSON.</summary>
    /// <returns>Indented text; enumerations by name.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Writes <c>doctor.html</c>, <c>doctor.json</c>, <c>repair.json</c> and the lists of identities, each whole or not at all.</summary>
    /// <param name="folder">Made when missing; lists of an earlier report in it are replaced, or removed when nothing is left to do.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    /// <returns>The paths that were written.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task<IReadOnlyList<string>> SaveAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var report = await DoctorFiles.WriteAsync(Path.Combine(folder, FileName), ToJson(), cancellationToken).ConfigureAwait(false);
        var page = await DoctorFiles.WriteAsync(Path.Combine(folder, PageName), DoctorPage.Of(this), cancellationToken).ConfigureAwait(false);
        return [page, report, .. await Repairs.SaveAsync(folder, cancellationToken).ConfigureAwait(false)];
    }

    internal static string Serialize<T>(T value) => JsonSerializer.Serialize(value, Json);
}

/// <summary>What became of one check.</summary>
/// <param name="Name">The check.</param>
/// <param name="Looked">How many items it looked at; 0 for checks that do not count.</param>
/// <param name="Faults">Faults that it found.</param>
/// <param name="Warnings">Warnings.</param>
/// <param name="Notes">Facts worth knowing.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record DoctorCheckResult(string Name, long Looked, int Faults, int Warnings, IReadOnlyList<string> Notes, TimeSpan Elapsed);

/// <summary>Findings of one kind.</summary>
/// <param name="Severity">How bad they are.</param>
/// <param name="Kind">What they are.</param>
/// <param name="Dataset">The data set; null when they concern none.</param>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first of them.</param>
public sealed record DoctorGroup(DoctorSeverity Severity, string Kind, string? Dataset, int Count, DoctorFinding First);
