namespace CoVR.Training;

/// <summary>Decides which items form the batches of an epoch; the place for batch compositions of your own.</summary>
/// <remarks>
/// A pure function of the epoch: the same sampler gives the same batches for the same epoch, in any process, so that a
/// resumed run sees what the uninterrupted one would have seen. Safe for use from several threads.
/// </remarks>
public interface IBatchSampler
{
    /// <summary>How many batches every epoch has, at least 1.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>Composes the batches of one epoch.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <returns><see cref="BatchesPerEpoch"/> batches of positions in the data, each with at least one.</returns>
    IReadOnlyList<IReadOnlyList<int>> Compose(int epoch);

    /// <summary>One line that tells two samplers apart; a run state of another sampler is refused.</summary>
    string Describe();
}
