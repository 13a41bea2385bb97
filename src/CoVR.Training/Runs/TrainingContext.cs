using CoVR.Distributed;
using TorchSharp;

namespace CoVR.Training.Runs;

/// <summary>How a run computes: device, precision, chunks and ranks. Made by the trainer from its options.</summary>
internal sealed record TrainingContext
{
    /// <summary>Where the model is.</summary>
    /// <value>The CPU.</value>
    public torch.Device Device { get; init; } = torch.CPU;

    /// <summary>The arithmetic of the model; embeddings and losses are always in 32 bits.</summary>
    /// <value><see cref="torch.ScalarType.Float32"/>.</value>
    public torch.ScalarType Precision { get; init; } = torch.ScalarType.Float32;

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
