using System.Globalization;
using System.Text;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Training.Logging;

/// <summary>
/// Writes <c>version_N/metrics.csv</c> and <c>version_N/hparams.yaml</c> as Lightning's CSV logger does: a row per step with <c>epoch</c>,
/// <c>step</c>, <c>loss</c>, <c>lr</c> and the terms, a row per epoch with <c>epoch_loss</c> and <c>val/…</c>; other cells are empty.
/// </summary>
/// <remarks>
/// A fresh run gets a new version. A resumed run continues the last one and removes the rows after the saved state.
/// <c>step</c> counts finished steps; Lightning counts rows. <see cref="Finish"/> closes the file.
/// </remarks>
internal sealed class MetricsCsvRunLogger : IRunLogger, IDisposable
{
    private readonly string _root;
    private readonly int _interval;
    private readonly string _prefix;
    private readonly List<string> _columns = [];
    private string _path = "";
    private StreamWriter? _writer;

    public MetricsCsvRunLogger(string root, int interval = 1, string? prefix = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        (_root, _interval, _prefix) = (root, interval, string.IsNullOrEmpty(prefix) ? string.Empty : prefix + "-");
    }

    public void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration)
    {
        Dispose();
        var fresh = step == 0 && epoch == 0;
        var folder = VersionFolder.Open(_root, fresh);
        HyperparameterFile.Write(folder, configuration);
        _path = Path.Combine(folder, "metrics.csv");
        var rows = fresh || !File.Exists(_path) ? [] : Kept(File.ReadAllText(_path), epoch, step);
        _columns.Clear();
        _columns.AddRange(rows.Length > 0 ? rows[0].Split(',') : ["epoch", "step"]);
        Replace(rows.Skip(1));
    }

    public void LogStep(StepRecord record)
    {
        if (record.IsEvery(_interval))
        {
            Write(record.Epoch, record.Step, record.Metrics(_prefix));
        }
    }

    public void LogEpoch(EpochRecord record) => Write(record.Epoch, record.Step, record.Metrics(_prefix));

    public void Finish(Exception? fault) => Dispose();

    public void Dispose()
    {
        _writer?.Dispose();
        _writer = null;
    }

    private void Write(int epoch, long step, IReadOnlyList<(string Name, double Value)> metrics)
    {
        var figures = metrics.Where(metric => metric.Name != _prefix + EpochRecord.EpochMetric).ToDictionary(metric => Plain(metric.Name), metric => metric.Value.ToString("R", CultureInfo.InvariantCulture));
        AddColumns(figures.Keys);
        var writer = _writer ?? throw new InvalidOperationException("The run has not started.");
        var row = _columns.Skip(2).Select(column => figures.GetValueOrDefault(column, ""));
        writer.Write(FormattableString.Invariant($"{epoch},{step},{string.Join(',', row)}\n"));
        writer.Flush();
    }

    private void AddColumns(IEnumerable<string> names)
    {
        string[] added = [.. names.Where(name => !_columns.Contains(name))];
        if (added.Length > 0 && _writer is not null)
        {
            _writer.Dispose();
            var rows = File.ReadLines(_path).Skip(1).Select(row => row + new string(',', added.Length)).ToArray();
            _columns.AddRange(added);
            Replace(rows);
        }
    }

    private void Replace(IEnumerable<string> rows)
    {
        var text = string.Concat(new[] { string.Join(',', _columns) }.Concat(rows).Select(row => row + "\n"));
        AtomicFile.Write(_path, file => file.Write(Encoding.UTF8.GetBytes(text)));
        _writer = new StreamWriter(new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read));
    }

    /// <summary>The header and the complete rows of finished steps and epochs. An epoch's row may be written after its last step was saved.</summary>
    private string[] Kept(string text, int firstEpoch, long lastStep)
    {
        var whole = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var mean = whole.Length == 0 ? -1 : Array.IndexOf(whole[0].Split(','), _prefix + EpochRecord.MeanLossMetric);
        return
        [
            .. whole.Where((row, place) => place == 0 || (row.Split(',') is [var epoch, var step, ..] fields
                && long.Parse(step, CultureInfo.InvariantCulture) <= lastStep
                && (mean < 0 || fields[mean].Length == 0 || int.Parse(epoch, CultureInfo.InvariantCulture) < firstEpoch))),
        ];
    }

    private static string Plain(string name) => name.Replace(',', '_').Replace('"', '_').ReplaceLineEndings("_");
}
