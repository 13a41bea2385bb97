using CoVR.Data;

namespace CoVR.Training;

/// <summary>Walks through the targets or the triplets of a data set once in each epoch.</summary>
/// <remarks>
/// <c>src/data/webvid_covr.py</c> of the reference: targets are ordered by code point, and of several triplets that lead to
/// one target an epoch draws one. Immutable and safe for use from several threads.
/// </remarks>
public sealed class TripletSampler : IBatchSampler
{
    private readonly int[][] _groups;
    private readonly TripletSamplerOptions _options;

    /// <summary>Creates a sampler.</summary>
    /// <param name="triplets">The data; positions in it are what batches hold. Every triplet has a target.</param>
    /// <param name="options">Batch size and order; null for the defaults.</param>
    /// <exception cref="ArgumentException">A triplet has no target, or there are too few items for one batch.</exception>
    public TripletSampler(IReadOnlyList<Triplet> triplets, TripletSamplerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(triplets);
        _options = options ?? new TripletSamplerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        _groups = Group(triplets, _options.Iterate);
        BatchesPerEpoch = _options.DropLast ? _groups.Length / _options.BatchSize : (_groups.Length + _options.BatchSize - 1) / _options.BatchSize;
        if (BatchesPerEpoch == 0)
        {
            throw new ArgumentException(
                $"{_groups.Length} {_options.Iterate.ToString().ToLowerInvariant()} do not fill one batch of {_options.BatchSize}: use smaller batches, or keep the last batch.", nameof(triplets));
        }
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <summary>Items of an epoch: targets or triplets.</summary>
    public int ItemCount => _groups.Length;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        var order = Enumerable.Range(0, _groups.Length).ToArray();
        if (_options.Shuffle)
        {
            SeededRandom.Shuffle(SeededRandom.For(_options.Seed, epoch), order);
        }

        return [.. order.Chunk(_options.BatchSize).Take(BatchesPerEpoch).Select(items => (IReadOnlyList<int>)[.. items.Select(item => Draw(item, epoch))])];
    }

    /// <inheritdoc/>
    public string Describe() =>
        $"{_groups.Length} {_options.Iterate}, batches of {_options.BatchSize}, shuffle {_options.Shuffle}, drop last {_options.DropLast}, seed {_options.Seed}";

    private static int[][] Group(IReadOnlyList<Triplet> triplets, TripletIteration iterate)
    {
        var positions = Enumerable.Range(0, triplets.Count);
        return iterate is TripletIteration.Triplets
            ? [.. positions.Select(position => new[] { position })]
            : [.. positions.GroupBy(position => TargetOf(triplets[position])).OrderBy(group => group.Key).Select(group => group.ToArray())];
    }

    private static MediaId TargetOf(Triplet triplet) =>
        triplet.Target ?? throw new ArgumentException($"Triplet {triplet.Id} has no target: a hidden test split cannot be trained on.");

    private int Draw(int item, int epoch) =>
        _groups[item] is [var only] ? only : _groups[item][SeededRandom.For(_options.Seed, epoch, item).Next(_groups[item].Length)];
}
