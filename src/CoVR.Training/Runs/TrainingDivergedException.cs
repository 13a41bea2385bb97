namespace CoVR.Training;

/// <summary>A loss, a gradient norm or a weight is no longer a finite number. A run state that was saved is one from before.</summary>
public sealed class TrainingDivergedException : CoVRException
{
    /// <summary>Creates the error.</summary>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="terms">The losses of the step, or the norm that is not finite.</param>
    public TrainingDivergedException(long step, IReadOnlyList<NamedLoss> terms)
        : base(Describe(step, terms)) => (Step, Terms) = (step, terms);

    /// <summary>The step, counted from 0.</summary>
    public long Step { get; }

    /// <summary>The losses of the step, or the norm that is not finite.</summary>
    public IReadOnlyList<NamedLoss> Terms { get; }

    private static string Describe(long step, IReadOnlyList<NamedLoss> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var values = string.Join(", ", terms.Select(term => FormattableString.Invariant($"{term.Name} = {term.Value}")));
        return $"Training diverged at step {step}: {values}. Try a smaller learning rate, warm-up, or a limit on the gradients' norm.";
    }
}
