using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Datasets.Doctor;

/// <summary>Looks at data sets, embeddings, weights and the machine, and says what is wrong, how to mend it, and what can be scored as it is.</summary>
/// <remarks>
/// Nothing is changed and no model is loaded. One bad item never ends a run. Registered by <c>AddDoctor</c>; without a host,
/// <see cref="DoctorChecks.BuiltIn"/> makes the checks. Safe for use from several threads.
/// </remarks>
public sealed class DatasetDoctor
{
    private readonly IReadOnlyList<IDoctorCheck> _checks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates a doctor.</summary>
    /// <param name="checks">What it looks at, in this order; of two with one name the later counts, in the place of the earlier.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="logger">Told about checks that fail themselves; may be null.</param>
    public DatasetDoctor(IEnumerable<IDoctorCheck> checks, TimeProvider? time = null, ILogger<DatasetDoctor>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(checks);
        var byName = new OrderedDictionary<string, IDoctorCheck>(StringComparer.Ordinal);
        foreach (var check in checks)
        {
            byName[check.Name] = check;
        }

        (_checks, _time, _logger) = ([.. byName.Values], time ?? TimeProvider.System, (ILogger?)logger ?? NullLogger.Instance);
    }

    /// <summary>Runs every check.</summary>
    /// <param name="request">What to look at; null for the machine.</param>
    /// <param name="progress">Told now and then; may be null.</param>
    /// <param name="cancellationToken">Ends the run; the report then holds what was found so far.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The request has no worker.</exception>
    public async Task<DoctorReport> ExamineAsync(DoctorRequest? request = null, IProgress<DoctorProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        request ??= new DoctorRequest();
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Workers, 1);
        var context = new DoctorContext(request, progress);
        var (started, begin) = (_time.GetUtcNow(), _time.GetTimestamp());
        List<DoctorCheckResult> results = [];
        foreach (var check in _checks)
        {
            if (await RunAsync(check, context, cancellationToken).ConfigureAwait(false) is not { } result)
            {
                break;
            }

            results.Add(result);
        }

        var isComplete = results.Count == _checks.Count;
        var diagnosis = new Diagnosis(context);
        return new DoctorReport
        {
            Level = request.Level,
            Started = started,
            IsComplete = isComplete,
            Checks = results,
            Findings = diagnosis.Findings(),
            Coverage = isComplete ? await diagnosis.CoverageAsync().ConfigureAwait(false) : [],
            Elapsed = _time.GetElapsedTime(begin),
        };
    }

    private async Task<DoctorCheckResult?> RunAsync(IDoctorCheck check, DoctorContext context, CancellationToken cancellationToken)
    {
        var (before, begin) = (context.Findings.Count, _time.GetTimestamp());
        context.Start(check.Name);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Run(async () => await check.CheckAsync(context, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Log.CheckFailed(_logger, check.Name, error);
            context.Report(new DoctorFinding(DoctorSeverity.Fault, DoctorKinds.CheckFailed, $"the check '{check.Name}' ended with an error: {error.Message}") { Id = check.Name });
        }

        context.ReportProgress();
        DoctorFinding[] found = [.. context.Findings.Skip(before)];
        return new DoctorCheckResult(
            check.Name,
            context.Done,
            found.Count(finding => finding.Severity == DoctorSeverity.Fault),
            found.Count(finding => finding.Severity == DoctorSeverity.Warning),
            [.. found.Where(finding => finding.Severity == DoctorSeverity.Note).Select(finding => finding.Reason)],
            _time.GetElapsedTime(begin));
    }
}
