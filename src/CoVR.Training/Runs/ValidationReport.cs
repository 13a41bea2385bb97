using CoVR.Data;

namespace CoVR.Training;

/// <summary>What validation between epochs found.</summary>
/// <param name="Metrics">Figures by name.</param>
/// <param name="PrimaryMetric">The one that decides which weights are the best; higher is better. Null when there is none, as on a split whose answers are hidden: then no weights are the best.</param>
public sealed record ValidationReport(IReadOnlyDictionary<string, double> Metrics, string? PrimaryMetric)
{
    /// <summary>The figure that decides; null without <see cref="PrimaryMetric"/>.</summary>
    /// <exception cref="KeyNotFoundException"><see cref="Metrics"/> lack it.</exception>
    public double? Primary => PrimaryMetric is null ? null
        : Metrics.TryGetValue(PrimaryMetric, out var value) ? value
        : throw new KeyNotFoundException($"Validation gave {string.Join(", ", Metrics.Keys)}, but not its primary metric '{PrimaryMetric}'.");

    /// <summary>How long it took on rank 0; zero on other ranks.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Takes the figures of a retrieval evaluation.</summary>
    /// <param name="report">The evaluation; without metrics when the answers of its split are hidden.</param>
    /// <returns>Its metrics.</returns>
    public static ValidationReport From(RetrievalReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new ValidationReport(report.Metrics, report.Metrics.Count == 0 ? null : report.PrimaryMetric);
    }
}
