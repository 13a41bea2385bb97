using System.Globalization;
using System.Text;
using Google.Protobuf;
using Tensorboard;

namespace CoVR.Training.Logging;

/// <summary>
/// Writes <c>version_N/events.out.tfevents.…</c> and <c>version_N/hparams.yaml</c>, as Lightning's TensorBoard logger does:
/// the scalars <c>loss</c>, <c>lr</c>, <c>epoch</c>, the terms and, after an epoch, <c>epoch_loss</c> and <c>val/…</c>.
/// </summary>
/// <remarks>
/// A fresh run gets a new version. A resumed run removes the events after the saved state from the last version and continues
/// there in a new file, so that no step is drawn twice. Events are written through before a call returns. TorchSharp's
/// <c>SummaryWriter</c> reopens its file for every scalar and starts it with a time in the wrong unit, so only its event classes are
/// used.
/// </remarks>
internal sealed class TensorBoardRunLogger : IRunLogger, IDisposable
{
    private readonly string _root;
    private readonly int _interval;
    private readonly string _prefix;
    private readonly TimeProvider _time;
    private EventFile? _file;

    public TensorBoardRunLogger(string root, int interval = 1, string? prefix = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        (_root, _interval, _prefix, _time) = (Path.GetFullPath(root), interval, string.IsNullOrEmpty(prefix) ? string.Empty : prefix + "-", time ?? TimeProvider.System);
    }

    public void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration)
    {
        Dispose();
        var fresh = step == 0 && epoch == 0;
        var folder = VersionFolder.Open(_root, fresh);
        HyperparameterFile.Write(folder, configuration);
        foreach (var path in Directory.GetFiles(folder, "events.out.tfevents.*"))
        {
            EventFile.Rewrite(path, EventFile.Read(path).Where(item => IsKept(item, epoch, step)));
        }

        _file = EventFile.Create(NewPath(folder), Now());
        if (fresh)
        {
            _file.Append(new Event { WallTime = Now(), Summary = Text("hyperparameters", Table(configuration)) });
        }
        else
        {
            // Makes a running TensorBoard discard later steps that it has already read.
            _file.Append(new Event { WallTime = Now(), Step = step + 1, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
        }
    }

    public void LogStep(StepRecord record)
    {
        if (record.IsEvery(_interval))
        {
            Write(record.Step, record.Metrics(_prefix));
        }
    }

    public void LogEpoch(EpochRecord record) => Write(record.Step, record.Metrics(_prefix));

    public void Finish(Exception? fault) => Dispose();

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

    /// <summary>An epoch's event carries the number of its last step, which may be saved when the epoch is not.</summary>
    private bool IsKept(Event item, int firstEpoch, long lastStep)
    {
        var values = item.Summary?.Value.ToLookup(value => value.Tag, value => value.SimpleValue);
        var epoch = values?.Contains(_prefix + EpochRecord.MeanLossMetric) == true ? values[_prefix + EpochRecord.EpochMetric].FirstOrDefault(-1) : -1;
        return item.SessionLog is null && item.Step <= lastStep && epoch < firstEpoch;
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
