namespace CoVR.Training.Sampling;

/// <summary>Decides which items form the batches of an epoch.</summary>
/// <remarks>
/// A pure function of the epoch: the same sampler gives the same batches for the same epoch, in any process, so that a
/// resumed run continues with the same batches. Safe for use from several threads.
/// </remarks>
public interface IBatchSampler
{
    /// <summary>The number of batches of every epoch, at least 1.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>Composes the batches of one epoch.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <returns><see cref="BatchesPerEpoch"/> batches of positions in the data, none of them empty.</returns>
    IReadOnlyList<IReadOnlyList<int>> Compose(int epoch);

    /// <summary>One line that identifies the sampler; a run state saved with another sampler is refused.</summary>
    string Describe();
}
