using System.Text.Json;
using System.Text.Json.Nodes;
using CoVR.Modeling.Checkpoints;
using CoVR.Training;

namespace CoVR.Cli.Runs;

/// <summary>Writes <c>eval-recalls_{annotation}.json</c> after each epoch's validation, as the reference's <c>src/test/blip2/utils.py</c> does for BLIP-2; here for both families.</summary>
/// <param name="folder">The run folder.</param>
/// <param name="annotations">The annotation file that is validated on.</param>
internal sealed class ValidationRecord(string folder, string annotations) : IRunLogger
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <inheritdoc/>
    public void Start(RunStart start)
    {
    }

    /// <inheritdoc/>
    public void LogStep(StepRecord record)
    {
    }

    /// <inheritdoc/>
    public void LogEpoch(EpochRecord record)
    {
        if (record.Validation is not { PrimaryMetric: not null } validation)
        {
            return;
        }

        var figures = new JsonObject();
        foreach (var (name, value) in validation.Metrics)
        {
            figures[name.Replace("@", "", StringComparison.Ordinal)] = Math.Round(value, 2);
        }

        figures["time"] = FormattableString.Invariant($"{(long)validation.Duration.TotalHours}:{validation.Duration:mm\\:ss}");
        figures["annotation"] = Path.GetFileName(annotations);
        var path = Path.Combine(folder, $"eval-recalls_{Path.GetFileNameWithoutExtension(annotations)}.json");
        AtomicFile.Write(path, file => JsonSerializer.Serialize(file, figures, Indented));
    }
}
