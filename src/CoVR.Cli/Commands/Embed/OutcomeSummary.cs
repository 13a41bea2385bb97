using CoVR.Cli.Hosting;
using CoVR.Embedding.Folders;

namespace CoVR.Cli.Commands.Embed;

/// <summary>Counts outcomes and keeps the reasons of failures.</summary>
internal sealed class OutcomeSummary
{
    private const int Shown = 20;

    private readonly List<EmbedOutcome> _failures = [];
    private long _embedded;
    private long _there;
    private long _duplicates;

    /// <summary>How many items have no embedding.</summary>
    public int Failed => _failures.Count;

    /// <summary>Counts an outcome.</summary>
    public void Add(EmbedOutcome outcome)
    {
        switch (outcome.Status)
        {
            case EmbedStatus.Embedded:
                _embedded++;
                break;
            case EmbedStatus.AlreadyThere:
                _there++;
                break;
            default:
                _failures.Add(outcome);
                break;
        }
    }

    /// <summary>Counts the results of a synchronization.</summary>
    /// <param name="scan">The folder; failures are reported by relative path.</param>
    /// <param name="report">What was done.</param>
    public void Add(FolderScan scan, FolderSynchronizer.Report report)
    {
        _embedded += report.New + report.Changed;
        _there += report.Unchanged + report.Moved;
        _duplicates += report.Duplicates;
        _failures.AddRange(report.Failures.Select(failure => failure with { Id = new MediaId(scan.RelativePath(failure.Id)) }));
    }

    /// <summary>Reports the result of the job; failures go to standard error, each with its reason.</summary>
    /// <param name="host">The host.</param>
    /// <param name="work">The job.</param>
    /// <param name="repeats">Whether to repeat the reasons of failures reported by earlier runs.</param>
    public void Print(CommandHost host, MediaWork work, bool repeats = true)
    {
        var duplicates = _duplicates == 0 ? "" : FormattableString.Invariant($"{_duplicates:N0} copied the embedding of an identical file, ");
        host.Say(FormattableString.Invariant($"{_embedded:N0} {work.Unit} embedded, {duplicates}{_there:N0} were already embedded, {Failed:N0} failed"));
        List<EmbedOutcome> told = [.. _failures.Where(failure => repeats || failure.Status != EmbedStatus.FailedBefore)];

        // A missing program is one fault, however many files need it.
        if (told.Select(failure => failure.Failure).OfType<MediaReadException>().Where(fault => fault.Failure == MediaFailure.DecoderMissing).ToList() is [var first, ..] waiting)
        {
            told.RemoveAll(failure => waiting.Contains(failure.Failure));
            host.Error.WriteLine($"failed: {waiting.Count} {work.Unit}: {first.Reason}");
        }

        foreach (var failure in told.Take(Shown))
        {
            var again = failure.Status == EmbedStatus.FailedBefore ? " (in an earlier run; --retry tries again)" : "";
            host.Error.WriteLine($"failed: {failure.Id}: {failure.Failure?.Message}{again}");
        }

        var reasons = work.Sink.Failures(host);
        if (told.Count > Shown)
        {
            host.Error.WriteLine($"failed: {told.Count - Shown} more; see {reasons} for all reasons");
        }

        if (!repeats && _failures.Count(failure => failure.Status == EmbedStatus.FailedBefore) is var before and > 0)
        {
            host.Error.WriteLine($"failed: {before} in an earlier search, skipped; --retry tries them again, and {reasons} has the reasons");
        }
    }
}
