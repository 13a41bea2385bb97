using CoVR.Distributed;
using TorchSharp;

namespace CoVR.Training.Runs;

/// <summary>How a run computes: device, precision, chunks and ranks. Made by the trainer from its options.</summary>
public sealed record TrainingContext
{
    /// <summary>Where the model is.</summary>
    /// <value>The CPU.</value>
    public torch.Device Device { get; init; } = torch.CPU;

    /// <summary>The arithmetic of the model; embeddings and losses are always in 32 bits.</summary>
    /// <value><see cref="TrainingPrecision.Float32"/>.</value>
    public TrainingPrecision Precision { get; init; }

    /// <summary>How many items go through the model at a time; null: the whole batch.</summary>
    /// <value>Null.</value>
    public int? ChunkSize { get; init; }

    /// <summary>Whether chunks keep the visual tokens of a frozen visual encoder between both passes.</summary>
    /// <value>False.</value>
    public bool KeepVisualTokens { get; init; }

    /// <summary>The ranks that train together; null: a single process.</summary>
    /// <value>Null.</value>
    public ICollective? Collective { get; init; }

    /// <summary>The number of ranks, at least 1.</summary>
    public int Ranks => Collective?.Size ?? 1;

    /// <summary>The ranks if there is more than one.</summary>
    internal ICollective? Group => Collective is { Size: > 1 } several ? several : null;

    internal static TrainingContext Of(TrainingOptions options, torch.Device? device = null) => new()
    {
        Device = device ?? torch.CPU,
        Precision = options.Precision,
        ChunkSize = options.ChunkSize,
        KeepVisualTokens = options.KeepVisualTokens,
        Collective = options.Collective,
    };
}

/// <summary>The arithmetic of the model in training; weights, gradients, losses and the optimizer are always in 32 bits.</summary>
public enum TrainingPrecision
{
    /// <summary>32-bit floats (<c>32-true</c>).</summary>
    Float32,

    /// <summary>Matrix products in bfloat16, precision-critical operations in 32 bits (<c>bf16-mixed</c>).</summary>
    BFloat16Mixed,

    /// <summary>Matrix products in 16-bit floats with loss scaling (<c>16-mixed</c>).</summary>
    Float16Mixed,
}
