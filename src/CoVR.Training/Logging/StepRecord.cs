namespace CoVR.Training.Logging;

/// <summary>A finished step; also what progress is reported as.</summary>
/// <param name="Epoch">Its epoch, counted from 0.</param>
/// <param name="Step">Finished steps with this one, counted from 1, earlier processes of the same run included.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Loss">The weighted sum of the terms; the mean over the batches of the step if gradients are accumulated.</param>
/// <param name="Terms">The terms of the sum by name, before their weights.</param>
/// <param name="GradientNorm">The norm of all gradients before clipping; null without clipping.</param>
public sealed record StepRecord(int Epoch, long Step, double LearningRate, double Loss, IReadOnlyDictionary<string, double> Terms, double? GradientNorm)
{
    /// <summary>Steps of the whole run.</summary>
    public long TotalSteps { get; init; }

    /// <summary>The duration of the step, waiting for data included. Differs between otherwise equal runs.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The part of <see cref="Duration"/> spent waiting for data.</summary>
    public TimeSpan DataWait { get; init; }

    /// <summary>Time since this process started or resumed the run.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The part of <see cref="Elapsed"/> spent waiting for data.</summary>
    public TimeSpan TotalDataWait { get; init; }

    /// <summary>Steps that this process has taken.</summary>
    public long StepsHere { get; init; }

    /// <summary>The metrics of the step: <c>loss</c>, <c>lr</c>, <c>epoch</c>, the terms as <c>loss_si_ti</c> and so on, and <c>gradient_norm</c>.</summary>
    /// <param name="prefix">What every name starts with.</param>
    /// <returns>Names and values.</returns>
    public IReadOnlyList<(string Name, double Value)> Metrics(string prefix = "")
    {
        List<(string, double)> metrics = [(prefix + "loss", Loss), (prefix + "lr", LearningRate), (prefix + EpochRecord.EpochMetric, Epoch)];
        metrics.AddRange(Terms.Select(term => ($"{prefix}loss_{term.Key}", term.Value)));
        if (GradientNorm is { } norm)
        {
            metrics.Add((prefix + "gradient_norm", norm));
        }

        return metrics;
    }

    /// <summary>Whether the step is the first, or n, 2n, … steps after it.</summary>
    internal bool IsEvery(int n) => (Step - 1) % n == 0;
}
