using System.Globalization;
using CoVR.Cli.Commands.Doctor;

namespace CoVR.Cli.Pages;

/// <summary>A report as one page: what can be scored, what is wrong and how often, how to fix it, and the items of each kind. The variables of <c>doctor.liquid</c>.</summary>
internal sealed class DoctorPage(DoctorReport report)
{
    private const int MostItems = 200;

    private readonly ILookup<(Severity, string, string?), Finding> _items = report.Findings.ToLookup(finding => (finding.Severity, finding.Kind, finding.Dataset));

    public string Title => !report.IsComplete ? "Stopped before the end" : report.IsHealthy ? "Healthy" : "There are faults";

    public string Faults => Counted(report.Faults, "fault");
    public string Warnings => Counted(report.Warnings, "warning");

    public string Started => report.Started.ToString("u", CultureInfo.InvariantCulture);

    public string Elapsed => Duration(report.Elapsed);

    public bool IsFull => report.Level == DoctorLevel.Full;

    public IEnumerable<Split> Coverage => report.Coverage.Select(split => new Split(
        split.Dataset,
        split.Split.ToString().ToLowerInvariant(),
        [
            new(split.Coverage.QueriesScored, split.Coverage.Queries),
            new(split.Coverage.TargetsPresent, split.Coverage.Targets),
            new(split.Coverage.CandidatesPresent, split.Coverage.Candidates),
        ],
        split.HighestRecall?.ToString("F1", CultureInfo.InvariantCulture),
        split.Misses));

    public IEnumerable<Group> Groups => report.Groups.Select(group => new Group(
        group.Severity.ToString().ToLowerInvariant(),
        group.Kind,
        group.Dataset,
        Number(group.Count),
        group.First,
        _items[(group.Severity, group.Kind, group.Dataset)].Take(MostItems),
        group.Count > MostItems ? Number(group.Count - MostItems) : null));

    public IEnumerable<Check> Checks => report.Checks.Select(check =>
        new Check(check.Name, Number(check.Looked), Number(check.Faults), Number(check.Warnings), Duration(check.Elapsed)));

    public IEnumerable<PrecisionRow> Precisions => (report.Precisions ?? []).Select(PrecisionRow.Of);

    /// <summary>Renders the page.</summary>
    public static string Of(DoctorReport report) => PageTemplate.Render("doctor.liquid", new DoctorPage(report));

    private static string Counted(int number, string what) => $"{Number(number)} {what}{(number == 1 ? "" : "s")}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time.ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture);

    internal sealed record Split(string Dataset, string Name, IReadOnlyList<Share> Shares, string? HighestRecall, IReadOnlyList<string> Misses);

    internal sealed record Share(int Present, int Total)
    {
        public bool IsShort => Present < Total;

        public string Text => $"{Number(Present)} of {Number(Total)}";
    }

    internal sealed record Group(string Severity, string Kind, string? Dataset, string Count, Finding First, IEnumerable<Finding> Items, string? More);

    internal sealed record Check(string Name, string Looked, string Faults, string Warnings, string Elapsed);
}
