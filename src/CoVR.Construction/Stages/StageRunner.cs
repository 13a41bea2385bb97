using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Runs stages in order and keeps the ledger.</summary>
/// <param name="file">The work file.</param>
/// <param name="time">The clock.</param>
/// <param name="progress">Receives progress; may be null.</param>
internal sealed class StageRunner(WorkFile file, TimeProvider time, IProgress<JobProgress>? progress)
{
    private readonly Ledger _ledger = new(file);
    private readonly Dictionary<ConstructionStage, string> _contents = [];
    private bool _isPostponed;

    /// <summary>The report of a stage whose result still holds; null if it must run.</summary>
    public StageReport? IsCurrent(Stage stage)
    {
        if (_isPostponed || _ledger.Find(stage.Name) is not { } entry || entry.Fingerprint != FingerprintOf(stage) || !stage.IsIntact)
        {
            return null;
        }

        _contents[stage.Name] = entry.Content;
        return entry.Report;
    }

    /// <summary>The report of a stage that would run; so would those after it.</summary>
    public StageReport Postpone(Stage stage)
    {
        _isPostponed = true;
        return new StageReport(stage.Name, true, 0, TimeSpan.Zero) { Notes = stage.Foresee(file) };
    }

    /// <summary>Runs a stage in one transaction.</summary>
    public async Task<StageReport> RunAsync(Stage stage, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new JobProgress(0, null, 0, TimeSpan.Zero) { Activity = stage.Name.ToString() });
        var (start, fingerprint, work) = (time.GetTimestamp(), FingerprintOf(stage), new StageWork(file, progress));
        StageReport? report = null;
        await file.InTransactionAsync(async () =>
        {
            foreach (var table in stage.Tables)
            {
                file.Execute($"DROP TABLE IF EXISTS {table}", cancellationToken);
            }

            await stage.RunAsync(work, cancellationToken).ConfigureAwait(false);
            var kept = stage.Tables is [var first, ..] ? file.Number($"SELECT count(*) FROM {first}", cancellationToken) : 0;
            report = new StageReport(stage.Name, true, kept, time.GetElapsedTime(start)) { Dropped = work.Dropped, Notes = work.Notes };
            _contents[stage.Name] = _ledger.ContentOf(stage.Tables, cancellationToken);
            _ledger.Record(new LedgerEntry(fingerprint, _contents[stage.Name], report));
        }).ConfigureAwait(false);
        return report!;
    }

    private string FingerprintOf(Stage stage) => Ledger.Hash([stage.Name.ToString(), .. stage.DescribeInputs(), .. stage.Reads.Select(read => _contents[read])]);
}
