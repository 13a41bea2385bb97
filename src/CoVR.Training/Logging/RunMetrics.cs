namespace CoVR.Training;

/// <summary>The figures of records under the names that loggers of metrics share: the reference's <c>loss</c>, <c>lr</c> and <c>epoch</c>, and more.</summary>
internal static class RunMetrics
{
    internal const string Epoch = "epoch";

    /// <summary>The figure that only records of epochs have.</summary>
    internal const string EpochLoss = "epoch_loss";

    /// <summary>Whether a step is one of every n.</summary>
    internal static bool IsDue(long step, int interval) => (step - 1) % interval == 0;

    /// <summary>The figures of a step; the terms of the loss are named <c>loss_si_ti</c> and so on.</summary>
    internal static IReadOnlyList<(string Name, double Value)> Of(StepRecord record, string prefix)
    {
        List<(string, double)> metrics = [(prefix + "loss", record.Loss), (prefix + "lr", record.LearningRate), (prefix + Epoch, record.Epoch)];
        metrics.AddRange(record.Terms.Select(term => ($"{prefix}loss_{term.Name}", term.Value)));
        if (record.GradientNorm is { } norm)
        {
            metrics.Add((prefix + "gradient_norm", norm));
        }

        return metrics;
    }

    /// <summary>The figures of an epoch; those of validation are named <c>val/R1</c> and so on, as the reference's.</summary>
    internal static IReadOnlyList<(string Name, double Value)> Of(EpochRecord record, string prefix) =>
    [
        (prefix + EpochLoss, record.MeanLoss),
        (prefix + Epoch, record.Epoch),
        .. (record.Validation?.Metrics ?? new Dictionary<string, double>()).Select(metric => ($"{prefix}val/{metric.Key.Replace("@", "", StringComparison.Ordinal)}", metric.Value)),
    ];

    /// <summary>The prefix of a setting as names begin with it: nothing, or <c>text-</c>.</summary>
    internal static string Prefix(string? setting) => string.IsNullOrEmpty(setting) ? "" : setting + "-";
}
