using System.Globalization;
using System.Text;
using CoVR.Modeling.Checkpoints;
using CoVR.Training.Optimization;

namespace CoVR.Training.Logging;

/// <summary>
/// Writes <c>steps.csv</c> (epoch, step, rate, loss, a column per term), <c>epochs.csv</c> (a row per metric) and, if items were
/// left out, <c>skipped.csv</c> into a folder.
/// </summary>
/// <remarks>
/// A resumed run removes the rows after the saved state, including a row that a killed process left unfinished. Owns the files;
/// dispose it.
/// </remarks>
internal sealed class CsvRunLogger : IRunLogger, IDisposable
{
    private readonly string _steps;
    private readonly string _epochs;
    private readonly string _skipped;
    private StreamWriter? _stepWriter;
    private StreamWriter? _epochWriter;

    public CsvRunLogger(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        (_steps, _epochs, _skipped) = (Path.Combine(folder, "steps.csv"), Path.Combine(folder, "epochs.csv"), Path.Combine(folder, "skipped.csv"));
    }

    public void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration)
    {
        Dispose();
        var fresh = step == 0 && epoch == 0;
        _stepWriter = Open(_steps, fresh, (_, of) => of <= step);
        _epochWriter = Open(_epochs, fresh, (of, _) => of < epoch);
        if (File.Exists(_skipped))
        {
            Open(_skipped, fresh, (_, of) => of <= step).Dispose();
        }
    }

    public void LogStep(StepRecord record)
    {
        var writer = _stepWriter ?? throw new InvalidOperationException("The run has not started.");
        if (writer.BaseStream.Length == 0)
        {
            Write(writer, ["epoch", "step", "learning_rate", "loss", "gradient_norm", .. record.Terms.Select(term => term.Key)]);
        }

        Write(writer,
        [
            Text(record.Epoch), Text(record.Step), Text(record.LearningRate), Text(record.Loss), Text(record.GradientNorm),
            .. record.Terms.Select(term => Text(term.Value)),
        ]);
    }

    public void LogEpoch(EpochRecord record)
    {
        var writer = _epochWriter ?? throw new InvalidOperationException("The run has not started.");
        if (writer.BaseStream.Length == 0)
        {
            Write(writer, ["epoch", "step", "metric", "value"]);
        }

        Write(writer, [Text(record.Epoch), Text(record.Step), "mean_loss", Text(record.MeanLoss)]);
        foreach (var (name, value) in record.Validation?.Metrics ?? new Dictionary<string, double>())
        {
            Write(writer, [Text(record.Epoch), Text(record.Step), name, Text(value)]);
        }
    }

    public void LogSkipped(int epoch, long step, string item, MediaId media, string reason)
    {
        using var writer = new StreamWriter(new FileStream(_skipped, FileMode.Append, FileAccess.Write, FileShare.Read));
        if (writer.BaseStream.Length == 0)
        {
            Write(writer, ["epoch", "step", "item", "media", "reason"]);
        }

        Write(writer, [Text(epoch), Text(step), Quoted(item), Quoted(media.Value), Quoted(reason)]);
    }

    public void Dispose()
    {
        _stepWriter?.Dispose();
        _epochWriter?.Dispose();
        (_stepWriter, _epochWriter) = (null, null);
    }

    private static StreamWriter Open(string path, bool fresh, Func<int, long, bool> keep)
    {
        var kept = File.Exists(path) && !fresh ? Kept(File.ReadAllText(path), keep) : string.Empty;
        AtomicFile.RemoveUnfinished(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(kept)));
        return new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));
    }

    /// <summary>The header and the complete rows of finished steps or epochs.</summary>
    private static string Kept(string text, Func<int, long, bool> keep)
    {
        var whole = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(whole.Where((row, place) => place == 0 || IsKept(row.Split(','), keep)).Select(row => row + "\n"));
    }

    private static bool IsKept(string[] fields, Func<int, long, bool> keep) =>
        int.TryParse(fields[0], CultureInfo.InvariantCulture, out var epoch)
        && long.TryParse(fields.ElementAtOrDefault(1), CultureInfo.InvariantCulture, out var step)
        && keep(epoch, step);

    private static void Write(StreamWriter writer, IEnumerable<string> fields)
    {
        writer.Write(string.Join(',', fields) + "\n");
        writer.Flush();
    }

    private static string Quoted(string text) => $"\"{text.ReplaceLineEndings(" ").Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? string.Empty;
}
