using TorchSharp;

namespace CoVR.Training;

/// <summary>How <see cref="VisualTokenTable"/> is computed.</summary>
public sealed record VisualTokenOptions
{
    /// <summary>Items encoded at once, at least 1.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Batches read ahead at the same time, at least 1.</summary>
    /// <value>2.</value>
    public int Workers { get; init; } = 2;

    /// <summary>Where the model is; null for the CPU.</summary>
    /// <value>Null.</value>
    public torch.Device? Device { get; init; }

    /// <summary>The clock of progress reports.</summary>
    /// <value>The system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
