using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;

namespace CoVR.Benchmarks.Results;

/// <summary>Writes the times of every iteration of a suite to a JSON file.</summary>
internal sealed class ResultExporter(string folder) : IExporter
{
    /// <inheritdoc/>
    public string Name => "results";

    /// <inheritdoc/>
    public void ExportToLog(Summary summary, ILogger logger)
    {
    }

    /// <inheritdoc/>
    public IEnumerable<string> ExportToFiles(Summary summary, ILogger consoleLogger)
    {
        var reports = summary.Reports.Where(report => report.ResultStatistics is not null).ToArray();
        if (reports.Length == 0)
        {
            return [];
        }

        var file = new ResultFile(reports[0].BenchmarkCase.Descriptor.Type.Name, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().DateTime), ResultFile.ThisMachine, [.. reports.Select(CaseOf)]);
        return [file.Write(folder)];
    }

    private static MeasuredCase CaseOf(BenchmarkReport report) => new(
        report.BenchmarkCase.Descriptor.WorkloadMethod.Name,
        report.BenchmarkCase.Parameters.PrintInfo,
        report.BenchmarkCase.Descriptor.Baseline,
        [.. report.ResultStatistics!.OriginalValues.Select(nanoseconds => Math.Round(nanoseconds / 1000, 3))]);
}
