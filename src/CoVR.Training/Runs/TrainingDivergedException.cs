namespace CoVR.Training.Runs;

/// <summary>A loss, a gradient norm or a weight is not finite. A saved run state is from before.</summary>
public sealed class TrainingDivergedException : CoVRException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="terms">The losses of the step by name, and the norm that is not finite.</param>
    public TrainingDivergedException(long step, IReadOnlyDictionary<string, double> terms)
        : base(Describe(step, terms)) => (Step, Terms) = (step, terms);

    /// <summary>The step, counted from 0.</summary>
    public long Step { get; }

    /// <summary>The losses of the step by name, and the norm that is not finite.</summary>
    public IReadOnlyDictionary<string, double> Terms { get; }

    private static string Describe(long step, IReadOnlyDictionary<string, double> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var values = string.Join(", ", terms.Select(term => FormattableString.Invariant($"{term.Key} = {term.Value}")));
        return $"Training diverged at step {step}: {values}. Try a smaller learning rate, warm-up, or gradient clipping.";
    }
}
