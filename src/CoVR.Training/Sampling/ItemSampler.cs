namespace CoVR.Training;

/// <summary>Walks through items once in each epoch, in an order that changes from epoch to epoch.</summary>
/// <remarks>Immutable and safe for use from several threads.</remarks>
public sealed class ItemSampler : IBatchSampler
{
    private readonly int _count;
    private readonly int _batchSize;
    private readonly bool _shuffle;
    private readonly int _seed;

    /// <summary>Creates a sampler; a last batch of fewer items is left out.</summary>
    /// <param name="count">How many items there are; at least one batch.</param>
    /// <param name="batchSize">B, at least 1.</param>
    /// <param name="shuffle">Whether the order changes.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <exception cref="ArgumentException">There are fewer items than a batch has.</exception>
    public ItemSampler(int count, int batchSize, bool shuffle = true, int seed = 1234)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (count < batchSize)
        {
            throw new ArgumentException($"{count} items do not fill one batch of {batchSize}.", nameof(count));
        }

        (_count, _batchSize, _shuffle, _seed) = (count, batchSize, shuffle, seed);
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch => _count / _batchSize;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        var order = Enumerable.Range(0, _count).ToArray();
        if (_shuffle)
        {
            SeededRandom.Shuffle(SeededRandom.For(_seed, epoch), order);
        }

        return [.. order.Chunk(_batchSize).Take(BatchesPerEpoch)];
    }

    /// <inheritdoc/>
    public string Describe() => $"{_count} items, batches of {_batchSize}, shuffle {_shuffle}, seed {_seed}";
}
