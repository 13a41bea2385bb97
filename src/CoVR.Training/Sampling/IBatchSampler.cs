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

    /// <summary>Creates a sampler that mixes ordinary batches with hard ones, whose items share attributes and so differ only in what is left to learn.</summary>
    /// <remarks>
    /// An ordinary batch takes the next items of a shuffled order. A hard batch takes items of one key, drawn in proportion to the
    /// key's items, and fills up from further keys if that key has too few. No item occurs twice in a batch.
    /// </remarks>
    /// <param name="keys">For each item of the data what it shares with others, for example <c>"red|meadow"</c>.</param>
    /// <param name="batchSize">B, at least 2.</param>
    /// <param name="batchesPerEpoch">Batches of an epoch, at least 1; null: as many as the items fill.</param>
    /// <param name="hardShare">The share of hard batches, in [0, 1].</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <returns>The sampler.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    /// <exception cref="ArgumentException">There are fewer items than a batch has.</exception>
    static IBatchSampler ByAttribute(IReadOnlyList<string> keys, int batchSize = 64, int? batchesPerEpoch = null, double hardShare = 0.5, int seed = 1234) =>
        new AttributeBatchSampler(keys, batchSize, batchesPerEpoch, hardShare, seed);
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
            throw new ArgumentException($"{count} items do not fill one batch of {batchSize}.", nameof(count));
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
