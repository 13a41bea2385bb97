using CoVR.Cli.Hosting;
using Spectre.Console;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>Shows a report on at most one screen: the worst first, then what can be scored, then where the rest is.</summary>
internal sealed class DoctorTable(CommandHost host, DoctorRequest request)
{
    private const int MostGroups = 12;

    /// <summary>Shows a report and the files that were written.</summary>
    public void Show(DoctorReport report, IReadOnlyList<string> written)
    {
        ShowFindings(report);
        ShowCoverage(report);
        if (report.Precisions is { } precisions)
        {
            host.Console.Write(TableOf(precisions));
        }

        ShowEnd(report, written);
    }

    private void ShowFindings(DoctorReport report)
    {
        var worse = report.Groups.Where(group => group.Severity != Severity.Note).ToList();
        var table = new Table().Border(TableBorder.None).HideHeaders();
        table.AddColumn(new TableColumn("").NoWrap().Width(1));
        table.AddColumn(new TableColumn("").NoWrap());
        table.AddColumn(new TableColumn("").RightAligned().NoWrap());
        table.AddColumn("");
        foreach (var group in worse.Take(MostGroups))
        {
            table.AddRow(new Markup(Mark(group.Severity)), new Text(group.Kind), new Text(group.Count == 1 ? "" : FormattableString.Invariant($"{group.Count} x")), new Text(Describe(group)));
        }

        if (worse.Count > MostGroups)
        {
            table.AddRow(new Text(""), new Text($"and {worse.Count - MostGroups} more kinds"), new Text(""), new Text("all are in the report"));
        }

        foreach (var note in report.Findings.Where(finding => finding.Severity == Severity.Note).Take(MostGroups))
        {
            table.AddRow(new Markup("[green]✓[/]"), new Text(note.Kind), new Text(""), new Text(note.Reason));
        }

        host.Console.Write(table);
    }

    private void ShowCoverage(DoctorReport report)
    {
        foreach (var coverage in report.Coverage.OrderBy(coverage => coverage.IsComplete))
        {
            var numbers = FormattableString.Invariant($"{coverage.Coverage.Describe()}, {coverage.ReferencesPresent} of {coverage.References} references");
            host.Console.MarkupLine($"{(coverage.IsComplete ? "[green]✓[/]" : "[yellow]![/]")} {Markup.Escape($"{coverage.Dataset} ({Name(coverage)}): {numbers}")}");
            foreach (var miss in coverage.Misses)
            {
                host.Console.MarkupLine($"    {Markup.Escape(miss)}");
            }
        }
    }

    private static Table TableOf(IReadOnlyList<PrecisionResult> precisions)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("precision");
        foreach (var title in (string[])["lowest cosine", "median cosine", "same first ten", "R@1", "s per item"])
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        foreach (var row in precisions.Select(PrecisionRow.Of))
        {
            table.AddRow(row.Precision, row.Lowest, row.Median, row.FirstTen, row.Recall, row.Seconds);
        }

        return table;
    }

    private static string Name(SplitCoverage coverage) => coverage.Split.ToString().ToLowerInvariant();

    private void ShowEnd(DoctorReport report, IReadOnlyList<string> written)
    {
        var repairs = report.Repairs.Items;
        foreach (var file in written.Where(file => repairs.Count > 0 || Path.GetFileName(file) != RepairList.FileName))
        {
            host.Say($"{host.Shown(file)}: {Purpose(file, repairs)}");
        }

        host.Say(!report.IsComplete ? "Stopped before the end."
            : report.IsHealthy ? $"Healthy{(report.Warnings > 0 ? $", with {Count(report.Warnings, "warning")}" : "")}{(report.Level == DoctorLevel.Quick && report.Coverage.Count > 0 ? "; nothing was decoded (--full decodes everything)" : "")}."
            : $"{Count(report.Faults, "fault")}, {Count(report.Warnings, "warning")}.");
    }

    private string Purpose(string file, IReadOnlyList<RepairItem> repairs)
    {
        var (name, shown) = (Path.GetFileName(file), host.Shown(file));
        if (repairs.FirstOrDefault(item => RepairList.NameOf(item.Dataset, item.Remedy) == name) is not { } list)
        {
            return name == DoctorReport.PageName ? "the report, to look at" : name == DoctorReport.FileName ? "the whole report" : "what to download again, and why";
        }

        return list.Remedy == Remedy.Embed
            ? $"what to embed: {request.Datasets.FirstOrDefault(dataset => dataset.Name == list.Dataset)?.EmbedCommand?.Invoke(file) ?? $"covr embed … --todo_ids {shown}"}"
            : list.Dataset.StartsWith("webvid-covr", StringComparison.Ordinal)
                ? $"what to download: covr download videos --todo-ids {shown} --check-existing"
                : "files to download again from the data set's publisher";
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private string Describe(FindingGroup group)
    {
        var first = group.First;
        var place = first.File is null ? first.Id ?? first.Dataset ?? "" : (first with { File = host.Shown(first.File) }).Place;
        return $"{(place.Length > 0 ? place + ": " : "")}{first.Reason}{(first.Fix is null ? "" : $" → {first.Fix}")}";
    }

    private static string Mark(Severity severity) => severity == Severity.Fault ? "[red]✗[/]" : "[yellow]![/]";
}
