namespace CoVR.Training;

/// <summary>How <see cref="AttributeBatchSampler"/> composes batches.</summary>
public sealed record AttributeBatchSamplerOptions
{
    /// <summary>B, at least 2.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Batches of an epoch; null for as many as the items fill.</summary>
    /// <value>Null.</value>
    public int? BatchesPerEpoch { get; init; }

    /// <summary>The share of batches whose items share their attributes, in [0, 1].</summary>
    /// <value>0.5.</value>
    public double HardShare { get; init; } = 0.5;

    /// <summary>The seed of all draws.</summary>
    /// <value>1234.</value>
    public int Seed { get; init; } = 1234;
}
