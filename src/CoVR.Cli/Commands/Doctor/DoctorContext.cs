using System.Collections.Concurrent;
using CoVR.Cli.Reporting;
using CoVR.Data;
using CoVR.Datasets.Annotations;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>One thing that a <see cref="DatasetDoctor"/> examines.</summary>
internal interface IDoctorCheck
{
    /// <summary>One or two words, for progress and reports.</summary>
    string Name { get; }

    /// <summary>Examines and reports to the context. A bad item is a finding, never an exception.</summary>
    ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default);
}

/// <summary>What the checks of one examination share. Thread-safe.</summary>
internal sealed class DoctorContext(DoctorRequest request, IProgress<WorkProgress>? progress = null)
{
    private const int ItemsBetweenReports = 64;

    private readonly ConcurrentQueue<Finding> _findings = new();
    private readonly ConcurrentDictionary<(DoctorDataset, DatasetSplit), Task<InspectedSplit>> _splits = new();
    private string _check = "";
    private int _faults;
    private long _done;
    private long? _total;

    public DoctorRequest Request => request;

    public bool IsFull => request.Level == DoctorLevel.Full;

    /// <summary>What all checks have found so far.</summary>
    public IReadOnlyCollection<Finding> Findings => _findings;

    /// <summary>How many items the current check has examined.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>What precisions change; null where that was not asked for.</summary>
    public IReadOnlyList<PrecisionResult>? Precisions { get; set; }

    public void Report(Finding finding)
    {
        _findings.Enqueue(finding);
        Interlocked.Add(ref _faults, finding.Severity == Severity.Fault ? 1 : 0);
    }

    /// <summary>Adds to the number of items that the current check will examine.</summary>
    public void Expect(long items)
    {
        _total = (_total ?? 0) + items;
        ReportProgress();
    }

    /// <summary>Counts an item as examined.</summary>
    public void Advance()
    {
        if (Interlocked.Increment(ref _done) % ItemsBetweenReports == 0)
        {
            ReportProgress();
        }
    }

    /// <summary>The requested splits of a data set; each is read once per examination. One that cannot be read has no triplets, and the reason as a finding.</summary>
    public async ValueTask<IReadOnlyList<InspectedSplit>> ReadAsync(DoctorDataset dataset, CancellationToken cancellationToken = default)
    {
        var splits = dataset.Splits.Count > 0 ? dataset.Splits : AnnotationInspection.SplitsOf(dataset.Reader);
        List<InspectedSplit> read = [];
        foreach (var split in splits)
        {
            read.Add(await _splits.GetOrAdd((dataset, split), key => InspectedSplit.ReadAsync(key.Item1, key.Item2, cancellationToken)));
        }

        return read;
    }

    /// <summary>The splits of a data set that checks have read.</summary>
    public IReadOnlyList<InspectedSplit> AlreadyRead(DoctorDataset dataset) =>
        [.. _splits.Where(pair => pair.Key.Item1 == dataset && pair.Value.IsCompletedSuccessfully).Select(pair => pair.Value.Result).OrderBy(split => split.Split)];

    /// <summary>Starts counting for the next check.</summary>
    public void Start(string check)
    {
        (_check, _total) = (check, null);
        Interlocked.Exchange(ref _done, 0);
        ReportProgress();
    }

    public void ReportProgress() => progress?.Report(new WorkProgress(Done, _total, "items", $"{_check}{(_faults == 0 ? "" : $", {_faults} faults")}"));
}
