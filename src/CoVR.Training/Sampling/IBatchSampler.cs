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

/// <summary>Visits every item once per epoch, in an order that changes from epoch to epoch; a last, smaller batch is left out.</summary>
internal sealed class ItemSampler : IBatchSampler
{
    private readonly int _count;
    private readonly int _batchSize;
    private readonly bool _shuffle;
    private readonly int _seed;

    internal ItemSampler(int count, int batchSize, bool shuffle = true, int seed = 1234)
    {
        if (count < batchSize)
        {
            throw new ArgumentException($"{count} items do not fill a batch of {batchSize}.", nameof(count));
        }

        (_count, _batchSize, _shuffle, _seed) = (count, batchSize, shuffle, seed);
    }

    public int BatchesPerEpoch => _count / _batchSize;

    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch)
    {
        var order = Enumerable.Range(0, _count).ToArray();
        if (_shuffle)
        {
            SeededRandom.Shuffle(SeededRandom.For(_seed, epoch), order);
        }

        return [.. order.Chunk(_batchSize).Take(BatchesPerEpoch)];
    }

    public string Describe() => $"{_count} items, batches of {_batchSize}, shuffle {_shuffle}, seed {_seed}";
}
