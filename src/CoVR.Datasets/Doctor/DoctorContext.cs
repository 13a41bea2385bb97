using System.Collections.Concurrent;
using CoVR.Data;

namespace CoVR.Datasets.Doctor;

/// <summary>One run of a <see cref="DatasetDoctor"/>, as its checks see it.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public sealed class DoctorContext
{
    private const int ItemsBetweenReports = 64;

    private readonly ConcurrentQueue<DoctorFinding> _findings = new();
    private readonly ConcurrentDictionary<(DoctorDataset, DatasetSplit), Task<InspectedSplit>> _splits = new();
    private readonly IProgress<DoctorProgress>? _progress;
    private string _check = "";
    private int _faults;
    private long _done;
    private long? _total;

    /// <summary>Starts a run.</summary>
    /// <param name="request">What to look at.</param>
    /// <param name="progress">Told now and then; may be null.</param>
    public DoctorContext(DoctorRequest request, IProgress<DoctorProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        (Request, _progress) = (request, progress);
    }

    /// <summary>What to look at.</summary>
    public DoctorRequest Request { get; }

    /// <summary>Whether everything is to be decoded and read.</summary>
    public bool IsFull => Request.Level == DoctorLevel.Full;

    /// <summary>What was found so far, by all checks.</summary>
    public IReadOnlyCollection<DoctorFinding> Findings => _findings;

    /// <summary>How many items the check at work has looked at.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Reports a finding.</summary>
    /// <param name="finding">What was found.</param>
    public void Report(DoctorFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        _findings.Enqueue(finding);
        if (finding.Severity == DoctorSeverity.Fault)
        {
            Interlocked.Increment(ref _faults);
        }
    }

    /// <summary>Says how many items the check at work will look at.</summary>
    /// <param name="items">Added to what was announced before.</param>
    public void Expect(long items)
    {
        _total = (_total ?? 0) + items;
        ReportProgress();
    }

    /// <summary>Says that an item was looked at.</summary>
    public void Advance()
    {
        if (Interlocked.Increment(ref _done) % ItemsBetweenReports == 0)
        {
            ReportProgress();
        }
    }

    /// <summary>The splits of a data set as they are annotated; each is read once in a run.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One for each split that is asked for; one that cannot be read at all has no content and the reason as a finding.</returns>
    public async ValueTask<IReadOnlyList<InspectedSplit>> ReadAsync(DoctorDataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var splits = dataset.Splits.Count > 0 ? dataset.Splits : dataset.Reader is IInspectableDataset known ? known.Splits : [DatasetSplit.Test];
        List<InspectedSplit> read = [];
        foreach (var split in splits)
        {
            read.Add(await _splits.GetOrAdd((dataset, split), key => InspectedSplit.ReadAsync(key.Item1, key.Item2, cancellationToken)).ConfigureAwait(false));
        }

        return read;
    }

    internal IReadOnlyList<InspectedSplit> AlreadyRead(DoctorDataset dataset) =>
        [.. _splits.Where(pair => pair.Key.Item1 == dataset && pair.Value.IsCompletedSuccessfully).Select(pair => pair.Value.Result).OrderBy(split => split.Split)];

    internal void Start(string check)
    {
        (_check, _total) = (check, null);
        Interlocked.Exchange(ref _done, 0);
        ReportProgress();
    }

    internal void ReportProgress() => _progress?.Report(new DoctorProgress(_check, Done, _total, _faults));
}
