using System.Globalization;
using System.Text;
using Google.Protobuf;
using Tensorboard;

namespace CoVR.Training;

/// <summary>
/// Writes <c>version_N/events.out.tfevents.…</c> and <c>version_N/hparams.yaml</c>, where Lightning's TensorBoard logger has them:
/// the scalars <c>loss</c>, <c>lr</c>, <c>epoch</c>, the terms and, after an epoch, <c>epoch_loss</c> and <c>val/…</c>.
/// </summary>
/// <remarks>
/// A run from the start gets a new version. A resumed run takes the events after the saved state out of the last version and
/// goes on there with a file of its own, so that no step is drawn twice. An event is on its way to disk when a call returns.
/// TorchSharp's <c>SummaryWriter</c> can do neither (it opens its file anew for every scalar and begins it with a time in the
/// wrong unit), so that its event classes are used, but not its writer.
/// </remarks>
public sealed class TensorBoardRunLogger : IRunLogger, IDisposable
{
    private readonly string _root;
    private readonly int _interval;
    private readonly string _prefix;
    private readonly TimeProvider _time;
    private EventFile? _file;

    /// <summary>Creates a logger; files are opened when the run starts.</summary>
    /// <param name="root">The folder of the versions; <c>tensorboard --logdir</c> takes it or one above.</param>
    /// <param name="interval">Of how many steps one is written, at least 1.</param>
    /// <param name="prefix">What the names of figures begin with, before a hyphen; null for nothing.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public TensorBoardRunLogger(string root, int interval = 1, string? prefix = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        (_root, _interval, _prefix, _time) = (Path.GetFullPath(root), interval, RunMetrics.Prefix(prefix), time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public void Start(RunStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        Dispose();
        var fresh = start is { Step: 0, Epoch: 0 };
        var folder = VersionFolder.Open(_root, fresh);
        HyperparameterFile.Write(folder, start.Configuration);
        foreach (var path in Directory.GetFiles(folder, "events.out.tfevents.*"))
        {
            EventFile.Rewrite(path, EventFile.Read(path).Where(item => IsKept(item, start)));
        }

        _file = EventFile.Create(NewPath(folder), Now());
        if (fresh)
        {
            _file.Append(new Event { WallTime = Now(), Summary = Text("hyperparameters", Table(start.Configuration)) });
        }
        else
        {
            // Tells a TensorBoard that is looking to forget what it has read of later steps.
            _file.Append(new Event { WallTime = Now(), Step = start.Step + 1, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
        }
    }

    /// <inheritdoc/>
    public void LogStep(StepRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (RunMetrics.IsDue(record.Step, _interval))
        {
            Write(record.Step, RunMetrics.Of(record, _prefix));
        }
    }

    /// <inheritdoc/>
    public void LogEpoch(EpochRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        Write(record.Step, RunMetrics.Of(record, _prefix));
    }

    /// <inheritdoc/>
    public void Finish(RunOutcome outcome) => Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Write(long step, IReadOnlyList<(string Name, double Value)> metrics)
    {
        var summary = new Summary();
        summary.Value.AddRange(metrics.Select(metric => new Summary.Types.Value { Tag = metric.Name, SimpleValue = (float)metric.Value }));
        (_file ?? throw new InvalidOperationException("The run has not started.")).Append(new Event { WallTime = Now(), Step = step, Summary = summary });
    }

    /// <summary>An epoch's event has the step of its last step, which may be saved while the epoch is not.</summary>
    private bool IsKept(Event item, RunStart start)
    {
        var values = item.Summary?.Value.ToLookup(value => value.Tag, value => value.SimpleValue);
        var epoch = values?.Contains(_prefix + RunMetrics.EpochLoss) == true ? values[_prefix + RunMetrics.Epoch].FirstOrDefault(-1) : -1;
        return item.SessionLog is null && item.Step <= start.Step && epoch < start.Epoch;
    }

    private string NewPath(string folder)
    {
        for (var number = 0; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{(long)Now()}.{Environment.MachineName}.{Environment.ProcessId}.{number}");
            if (!File.Exists(Path.Combine(folder, name)))
            {
                return Path.Combine(folder, name);
            }
        }
    }

    /// <summary>Seconds since 1970.</summary>
    private double Now() => _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    private static Summary Text(string tag, string text)
    {
        var tensor = new TensorProto { Dtype = DataType.DtString, TensorShape = new TensorShapeProto() };
        tensor.TensorShape.Dim.Add(new TensorShapeProto.Types.Dim { Size = 1 });
        tensor.StringVal.Add(ByteString.CopyFromUtf8(text));
        var plugin = new SummaryMetadata { PluginData = new SummaryMetadata.Types.PluginData { PluginName = "text" } };
        var summary = new Summary();
        summary.Value.Add(new Summary.Types.Value { Tag = tag + "/text_summary", Metadata = plugin, Tensor = tensor });
        return summary;
    }

    private static string Table(IReadOnlyDictionary<string, string> configuration)
    {
        var table = new StringBuilder("| name | value |\n|---|---|\n");
        foreach (var (name, value) in configuration.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            table.Append("| ").Append(Cell(name)).Append(" | ").Append(Cell(value)).Append(" |\n");
        }

        return table.ToString();
    }

    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
