namespace CoVR.Training.Sampling;

/// <summary>The sampler of <see cref="IBatchSampler.ByAttribute"/>.</summary>
internal sealed class AttributeBatchSampler : IBatchSampler
{
    private readonly string[] _keys;
    private readonly Dictionary<string, int[]> _groups;
    private readonly int _batchSize;
    private readonly double _hardShare;
    private readonly int _seed;

    /// <inheritdoc cref="IBatchSampler.ByAttribute"/>
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
            throw new ArgumentException($"{keys.Count} items do not fill one batch of {batchSize}.", nameof(keys));
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
