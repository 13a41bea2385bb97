namespace CoVR.Conformance.Parity;

/// <summary>How far a number may be from the reference's: |ours - reference| up to Absolute + Relative * |reference|.</summary>
/// <param name="Absolute">At least 0.</param>
/// <param name="Relative">At least 0.</param>
public sealed record ParityTolerance(double Absolute, double Relative)
{
    /// <summary>For 32-bit activations of models of full size: 1e-4 + 1e-3 relative.</summary>
    public static ParityTolerance Default { get; } = new(1e-4, 1e-3);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Absolute:G3} + {Relative:G3} relative");
}
