namespace CoVR.PgVector;

/// <summary>How many of the exact best items a gallery's searches find, as <see cref="PostgresGallery.MeasureRecallAsync(int, int, CancellationToken)"/> measured it.</summary>
/// <param name="Value">The mean share over the queries, in [0, 1].</param>
/// <param name="Low">The lower end of the 95 % interval (Wilson's, each query counted as one trial).</param>
/// <param name="High">The upper end.</param>
/// <param name="Top">How many hits each query asked for.</param>
/// <param name="Queries">How many queries there were.</param>
public sealed record PostgresRecall(double Value, double Low, double High, int Top, int Queries)
{
    /// <summary>The similarity and the options of the search that was measured, in one line.</summary>
    public string Settings { get; init; } = "";

    /// <summary>When it was measured, by the server's clock.</summary>
    public DateTimeOffset At { get; init; }

    internal static PostgresRecall Of(IReadOnlyCollection<double> shares, int top, string settings)
    {
        const double z = 1.959964;
        var (n, p) = (shares.Count, shares.Average());
        var (center, half) = (p + (z * z / (2 * n)), z * Math.Sqrt((p * (1 - p) / n) + (z * z / (4.0 * n * n))));
        var scale = 1 + (z * z / n);
        return new PostgresRecall(p, Math.Max(0, (center - half) / scale), Math.Min(1, (center + half) / scale), top, n) { Settings = settings };
    }
}
