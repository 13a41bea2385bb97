namespace CoVR.Training;

/// <summary>Mixes ordinary batches with hard ones, whose items share attributes and so differ only in what is left to learn.</summary>
/// <remarks>
/// An ordinary batch takes the next items of a shuffled order; a hard batch takes items of one attribute key, drawn in
/// proportion to the key's items, and fills up from further keys when that key has too few. Within a batch no item occurs
/// twice. Immutable and safe for use from several threads.
/// </remarks>
public sealed class AttributeBatchSampler : IBatchSampler
{
    private readonly string[] _keys;
    private readonly Dictionary<string, int[]> _groups;
    private readonly AttributeBatchSamplerOptions _options;

    /// <summary>Creates a sampler.</summary>
    /// <param name="keys">For each item of the data what it shares with others, for example <c>"red|meadow"</c>.</param>
    /// <param name="options">Batch size and share; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are fewer items than a batch has, or an option is out of its range.</exception>
    public AttributeBatchSampler(IReadOnlyList<string> keys, AttributeBatchSamplerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _options = options ?? new AttributeBatchSamplerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 2, nameof(options));
        if (!(_options.HardShare is >= 0 and <= 1) || _options.BatchesPerEpoch < 1)
        {
            throw new ArgumentException("The share of hard batches is between 0 and 1, and an epoch has at least one batch.", nameof(options));
        }

        if (keys.Count < _options.BatchSize)
        {
            throw new ArgumentException($"{keys.Count} items do not fill one batch of {_options.BatchSize}.", nameof(keys));
        }

        _keys = [.. keys];
        _groups = Enumerable.Range(0, _keys.Length).GroupBy(item => _keys[item], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        BatchesPerEpoch = _options.BatchesPerEpoch ?? (_keys.Length / _options.BatchSize);
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        var random = SeededRandom.For(_options.Seed, epoch);
        var order = new RepeatedOrder(_keys.Length, random);
        var batches = new IReadOnlyList<int>[BatchesPerEpoch];
        for (var i = 0; i < batches.Length; i++)
        {
            batches[i] = random.NextDouble() < _options.HardShare ? Hard(random) : order.Take(_options.BatchSize);
        }

        return batches;
    }

    /// <inheritdoc/>
    public string Describe() => FormattableString.Invariant(
        $"{_keys.Length} items of {_groups.Count} keys, {BatchesPerEpoch} batches of {_options.BatchSize}, hard {_options.HardShare:R}, seed {_options.Seed}");

    private int[] Hard(Random random)
    {
        List<int> batch = new(_options.BatchSize);
        HashSet<string> used = new(StringComparer.Ordinal);
        while (batch.Count < _options.BatchSize)
        {
            var key = _keys[random.Next(_keys.Length)];
            if (used.Add(key))
            {
                int[] members = [.. _groups[key]];
                SeededRandom.Shuffle(random, members);
                batch.AddRange(members.Take(_options.BatchSize - batch.Count));
            }
        }

        return [.. batch];
    }
}
