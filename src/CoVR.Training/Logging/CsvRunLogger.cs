using System.Globalization;

namespace CoVR.Training;

/// <summary>Writes <c>steps.csv</c> (epoch, step, rate, loss, one column a term) and <c>epochs.csv</c> (one row a metric) into a folder.</summary>
/// <remarks>
/// A resumed run cuts off the rows after the saved state, also a row that a killed process left unfinished, so that no step
/// is listed twice. Owns the files; dispose it.
/// </remarks>
public sealed class CsvRunLogger : IRunLogger, IDisposable
{
    private readonly string _steps;
    private readonly string _epochs;
    private StreamWriter? _stepWriter;
    private StreamWriter? _epochWriter;

    /// <summary>Creates a logger; files are opened when the run starts.</summary>
    /// <param name="folder">The folder; created when it is missing.</param>
    public CsvRunLogger(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        Directory.CreateDirectory(folder);
        (_steps, _epochs) = (Path.Combine(folder, "steps.csv"), Path.Combine(folder, "epochs.csv"));
    }

    /// <inheritdoc/>
    public void Start(long step)
    {
        Dispose();
        _stepWriter = Open(_steps, step);
        _epochWriter = Open(_epochs, step);
    }

    /// <inheritdoc/>
    public void LogStep(StepRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var writer = _stepWriter ?? throw new InvalidOperationException("The run has not started.");
        if (writer.BaseStream.Length == 0)
        {
            Write(writer, ["epoch", "step", "learning_rate", "loss", "gradient_norm", .. record.Terms.Select(term => term.Name)]);
        }

        Write(writer,
        [
            Text(record.Epoch), Text(record.Step), Text(record.LearningRate), Text(record.Loss), Text(record.GradientNorm),
            .. record.Terms.Select(term => Text(term.Value)),
        ]);
    }

    /// <inheritdoc/>
    public void LogEpoch(EpochRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _stepWriter?.Dispose();
        _epochWriter?.Dispose();
        (_stepWriter, _epochWriter) = (null, null);
    }

    private static StreamWriter Open(string path, long step)
    {
        var kept = File.Exists(path) ? Kept(File.ReadAllText(path), step) : string.Empty;
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, kept);
        File.Move(temporary, path, overwrite: true);
        return new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));
    }

    /// <summary>The header and the whole rows up to a step; nothing at all for a run from the start.</summary>
    private static string Kept(string text, long step)
    {
        var whole = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var rows = whole.Skip(1).Where(row => long.TryParse(row.Split(',').ElementAtOrDefault(1), CultureInfo.InvariantCulture, out var at) && at <= step);
        return step == 0 || whole.Length == 0 ? string.Empty : string.Concat(whole.Take(1).Concat(rows).Select(row => row + "\n"));
    }

    private static void Write(StreamWriter writer, IEnumerable<string> fields)
    {
        writer.Write(string.Join(',', fields) + "\n");
        writer.Flush();
    }

    private static string Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? string.Empty;
}
