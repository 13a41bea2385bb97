namespace CoVR.Training;

/// <summary>How <see cref="TripletSampler"/> composes batches.</summary>
public sealed record TripletSamplerOptions
{
    /// <summary>B, at least 1; at least 2 for losses with negatives.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>What counts as one item.</summary>
    /// <value><see cref="TripletIteration.Targets"/>.</value>
    public TripletIteration Iterate { get; init; } = TripletIteration.Targets;

    /// <summary>Whether the order changes from epoch to epoch.</summary>
    /// <value>True.</value>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether a last batch of fewer items is left out.</summary>
    /// <value>True, as in the reference's training.</value>
    public bool DropLast { get; init; } = true;

    /// <summary>The seed of order and draws.</summary>
    /// <value>1234.</value>
    public int Seed { get; init; } = 1234;
}
