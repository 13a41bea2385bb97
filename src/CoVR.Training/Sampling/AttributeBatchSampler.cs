namespace CoVR.Training.Sampling;

/// <summary>Mixes ordinary batches with hard ones, whose items share attributes and so differ only in what is left to learn.</summary>
/// <remarks>
/// An ordinary batch takes the next items of a shuffled order. A hard batch takes items of one key, drawn in proportion to the
/// key's items, and fills up from further keys if that key has too few. No item occurs twice in a batch. Immutable and safe for
/// use from several threads.
/// </remarks>
public sealed class AttributeBatchSampler : IBatchSampler
{
    private readonly string[] _keys;
    private readonly Dictionary<string, int[]> _groups;
    private readonly int _batchSize;
    private readonly double _hardShare;
    private readonly int _seed;

    /// <summary>Creates a sampler.</summary>
    /// <param name="keys">For each item of the data what it shares with others, for example <c>"red|meadow"</c>.</param>
    /// <param name="batchSize">B, at least 2.</param>
    /// <param name="batchesPerEpoch">Batches of an epoch, at least 1; null: as many as the items fill.</param>
    /// <param name="hardShare">The share of hard batches, in [0, 1].</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    /// <exception cref="ArgumentException">There are fewer items than a batch has.</exception>
    public AttributeBatchSampler(IReadOnlyList<string> keys, int batchSize = 64, int? batchesPerEpoch = null, double hardShare = 0.5, int seed = 1234)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchesPerEpoch ?? 1, 1, nameof(batchesPerEpoch));
        if (!(hardShare is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(hardShare), hardShare, "The share of hard batches must be between 0 and 1.");
        }

        if (keys.Count < batchSize)
        {
            throw new ArgumentException($"{keys.Count} items do not fill a batch of {batchSize}.", nameof(keys));
        }

        _keys = [.. keys];
        _groups = Enumerable.Range(0, _keys.Length).GroupBy(item => _keys[item], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        BatchesPerEpoch = batchesPerEpoch ?? (_keys.Length / batchSize);
        (_batchSize, _hardShare, _seed) = (batchSize, hardShare, seed);
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        var random = SeededRandom.For(_seed, epoch);
        var order = new RepeatedOrder(_keys.Length, random);
        var batches = new IReadOnlyList<int>[BatchesPerEpoch];
        for (var i = 0; i < batches.Length; i++)
        {
            batches[i] = random.NextDouble() < _hardShare ? Hard(random) : order.Take(_batchSize);
        }

        return batches;
    }

    /// <inheritdoc/>
    public string Describe() => FormattableString.Invariant(
        $"{_keys.Length} items of {_groups.Count} keys, {BatchesPerEpoch} batches of {_batchSize}, hard {_hardShare:R}, seed {_seed}");

    private int[] Hard(Random random)
    {
        List<int> batch = new(_batchSize);
        HashSet<string> used = new(StringComparer.Ordinal);
        while (batch.Count < _batchSize)
        {
            var key = _keys[random.Next(_keys.Length)];
            if (used.Add(key))
            {
                int[] members = [.. _groups[key]];
                SeededRandom.Shuffle(random, members);
                batch.AddRange(members.Take(_batchSize - batch.Count));
            }
        }

        return [.. batch];
    }

    /// <summary>A shuffled order that is shuffled again when too few items are left.</summary>
    private sealed class RepeatedOrder(int count, Random random)
    {
        private readonly int[] _order = [.. Enumerable.Range(0, count)];
        private int _next = count;

        internal int[] Take(int size)
        {
            if (_next + size > _order.Length)
            {
                SeededRandom.Shuffle(random, _order);
                _next = 0;
            }

            _next += size;
            return _order[(_next - size).._next];
        }
    }
}
