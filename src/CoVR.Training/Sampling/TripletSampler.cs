using CoVR.Data;

namespace CoVR.Training.Sampling;

/// <summary>Visits every target, or every triplet, of a data set once per epoch.</summary>
/// <remarks>
/// <c>src/data/webvid_covr.py</c> of the reference: targets are ordered by code point, and of several triplets with the same target
/// an epoch draws one. Immutable and safe for use from several threads.
/// </remarks>
internal sealed class TripletSampler : IBatchSampler
{
    private readonly int[][] _groups;
    private readonly TripletSamplerOptions _options;

    internal TripletSampler(IReadOnlyList<Triplet> triplets, TripletSamplerOptions? options = null)
    {
        _options = options ?? new TripletSamplerOptions();
        _groups = Group(triplets, _options.ByTarget);
        BatchesPerEpoch = _options.DropLast ? _groups.Length / _options.BatchSize : (_groups.Length + _options.BatchSize - 1) / _options.BatchSize;
        if (BatchesPerEpoch == 0)
        {
            throw new ArgumentException(
                $"{_groups.Length} {ItemName.ToLowerInvariant()} do not fill one batch of {_options.BatchSize}: use smaller batches, or keep the last batch.", nameof(triplets));
        }
    }

    public int BatchesPerEpoch { get; }

    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch)
    {
        var order = Enumerable.Range(0, _groups.Length).ToArray();
        if (_options.Shuffle)
        {
            SeededRandom.Shuffle(SeededRandom.For(_options.Seed, epoch), order);
        }

        return [.. order.Chunk(_options.BatchSize).Take(BatchesPerEpoch).Select(items => (IReadOnlyList<int>)[.. items.Select(item => Draw(item, epoch))])];
    }

    public string Describe() =>
        $"{_groups.Length} {ItemName}, batches of {_options.BatchSize}, shuffle {_options.Shuffle}, drop last {_options.DropLast}, seed {_options.Seed}";

    private string ItemName => _options.ByTarget ? "Targets" : "Triplets";

    private static int[][] Group(IReadOnlyList<Triplet> triplets, bool byTarget)
    {
        var positions = Enumerable.Range(0, triplets.Count);
        return byTarget
            ? [.. positions.GroupBy(position => TargetOf(triplets[position])).OrderBy(group => group.Key).Select(group => group.ToArray())]
            : [.. positions.Select(position => new[] { position })];
    }

    private static MediaId TargetOf(Triplet triplet) =>
        triplet.Target ?? throw new ArgumentException($"Triplet {triplet.Id} has no target: a hidden test split cannot be trained on.");

    private int Draw(int item, int epoch) =>
        _groups[item] is [var only] ? only : _groups[item][SeededRandom.For(_options.Seed, epoch, item).Next(_groups[item].Length)];
}

/// <summary>How <see cref="TripletSampler"/> composes batches; see <see cref="TrainingOptions"/>.</summary>
internal sealed record TripletSamplerOptions
{
    internal int BatchSize { get; init; } = 64;

    internal bool ByTarget { get; init; } = true;

    internal bool Shuffle { get; init; } = true;

    internal bool DropLast { get; init; } = true;

    internal int Seed { get; init; } = 1234;
}
