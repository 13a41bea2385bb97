using CoVR.Data;
using CoVR.Distributed;
using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>Prepares <see cref="ComposedBatch"/>es in the background, in an order that does not depend on the number of workers.</summary>
/// <remarks>Every item has its own random source, seeded by (seed, epoch, batch, place). Memory: at most <c>workers</c> + 1 batches.</remarks>
public sealed class TrainingBatcher : IBatchSource<ComposedBatch>
{
    private readonly IReadOnlyList<Triplet> _triplets;
    private readonly IBatchSampler _sampler;
    private readonly ComposedBatchSources _sources;
    private readonly int _workers;
    private readonly int _seed;
    private readonly ICollective? _collective;

    /// <summary>Creates a batcher.</summary>
    /// <param name="triplets">The data; the sampler's positions refer to it.</param>
    /// <param name="sampler">Composes the batches.</param>
    /// <param name="sources">Where the parts come from.</param>
    /// <param name="workers">How many batches are prepared at the same time, ahead of their use; at least 1.</param>
    /// <param name="seed">The seed of augmentation and frame draws.</param>
    /// <param name="collective">The processes that share every batch of the sampler, each its consecutive part with the draws that these items have in one process; null for one alone.</param>
    /// <exception cref="ArgumentException">There are neither pixels nor visual tokens of references.</exception>
    /// <exception cref="InvalidOperationException">A batch has fewer items than there are processes.</exception>
    public TrainingBatcher(
        IReadOnlyList<Triplet> triplets, IBatchSampler sampler, ComposedBatchSources sources, int workers = 2, int seed = 1234, ICollective? collective = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _triplets = triplets ?? throw new ArgumentNullException(nameof(triplets));
        _sampler = sampler ?? throw new ArgumentNullException(nameof(sampler));
        _sources = sources.References is not null || sources.VisualTokens is not null || !sources.Parts.HasFlag(QueryParts.Reference)
            ? sources
            : throw new ArgumentException("References need a source of pixels or a table of visual tokens.", nameof(sources));
        if (collective is { Size: > 1 })
        {
            _ = RankRows.Of(sampler.Compose(0).Min(batch => batch.Count), collective);
        }

        (_workers, _seed, _collective) = (workers, seed, collective);
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch => _sampler.BatchesPerEpoch;

    /// <inheritdoc/>
    public IAsyncEnumerable<ComposedBatch> ReadAsync(int epoch, int first, CancellationToken cancellationToken)
    {
        var batches = _sampler.Compose(epoch);
        return OrderedPrefetch.RunAsync(first, batches.Count, _workers, (batch, stop) => PrepareAsync(batches[batch], epoch, batch, stop), cancellationToken);
    }

    /// <inheritdoc/>
    public string Describe() => $"{_sampler.Describe()}; items seeded by {_seed}{Frames}{Captions}; annotations {TripletFingerprint.Of(_triplets)}";

    private string Frames => _sources.References is { Frames: > 1 and var frames } ? $", {frames} frames of each reference" : string.Empty;

    private string Captions => _sources.CaptionEmbeddings is not null ? ", stored captions" : _sources.Captions ? ", encoded captions" : string.Empty;

    private async Task<ComposedBatch> PrepareAsync(IReadOnlyList<int> positions, int epoch, int batch, CancellationToken cancellationToken)
    {
        var (first, count) = RankRows.Of(positions.Count, _collective);
        List<(Triplet Triplet, int Place)> items = [.. Enumerable.Range(first, count).Select(place => (_triplets[positions[place]], place))];
        List<UnreadablePlace> unreadable = [];
        var references = await ReferencesAsync(items, epoch, batch, _sources.SkipUnreadable ? unreadable : null, cancellationToken).ConfigureAwait(false);
        try
        {
            SkippedItem[] skipped = [.. unreadable.Select(fault => new SkippedItem(items[fault.Place].Triplet.Id, items[fault.Place].Triplet.Reference, fault.Error.Reason))];
            items.RemoveAll(item => unreadable.Exists(fault => fault.Place == item.Place - first));
            Triplet[] triplets = [.. items.Select(item => item.Triplet)];
            return new ComposedBatch
            {
                Triplets = triplets,
                Modifications = _sources.Texts.Encode([.. items.Select(item => TextOf(item.Triplet, () => SeededRandom.For(_seed, epoch, batch, item.Place, 2)))]),
                Targets = await TargetsAsync(triplets, i => SeededRandom.For(_seed, epoch, batch, items[i].Place, 1), cancellationToken).ConfigureAwait(false),
                Captions = _sources is { Captions: true, CaptionEmbeddings: null } ? _sources.Texts.Encode([.. triplets.Select(CaptionOf)]) : null,
                CaptionEmbeddings = _sources.CaptionEmbeddings is null ? null : StoredCaptions(triplets),
                VisualTokens = _sources.Parts.HasFlag(QueryParts.Reference) ? _sources.VisualTokens : null,
                References = references,
                Skipped = skipped,
            };
        }
        catch
        {
            references?.Dispose();
            throw;
        }
    }

    private async Task<PixelBatch?> ReferencesAsync(
        List<(Triplet Triplet, int Place)> items, int epoch, int batch, ICollection<UnreadablePlace>? unreadable, CancellationToken cancellationToken) =>
        _sources.VisualTokens is not null || !_sources.Parts.HasFlag(QueryParts.Reference)
            ? null
            : await PixelBatch.ReadAsync(
                _sources.References!,
                [.. items.Select(item => item.Triplet.Reference)],
                i => SeededRandom.For(_seed, epoch, batch, items[i].Place),
                unreadable,
                cancellationToken).ConfigureAwait(false);

    private async Task<EmbeddingSet> TargetsAsync(Triplet[] triplets, Func<int, Random> random, CancellationToken cancellationToken)
    {
        var each = _sources.Targets.Vectors * _sources.Targets.Dimensions;
        var values = new float[triplets.Length * each];
        for (var i = 0; i < triplets.Length; i++)
        {
            var target = await _sources.Targets.ReadAsync(triplets[i], random(i), cancellationToken).ConfigureAwait(false);
            target.Values.Span.CopyTo(values.AsSpan(i * each, each));
        }

        return new EmbeddingSet(values, _sources.Targets.Vectors, _sources.Targets.Dimensions, triplets.Length);
    }

    private EmbeddingSet StoredCaptions(Triplet[] triplets)
    {
        ReadOnlyMemory<float>[] rows = [.. triplets.Select(triplet => _sources.CaptionEmbeddings!.TryGetValue(CaptionOf(triplet), out var row)
            ? row
            : throw new InvalidOperationException($"The caption of triplet {triplet.Id} has no stored embedding: '{triplet.TargetCaption}'."))];
        var values = new float[rows.Length * rows[0].Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].Span.CopyTo(values.AsSpan(i * rows[0].Length, rows[0].Length));
        }

        return new EmbeddingSet(values, 1, rows[0].Length, rows.Length);
    }

    /// <summary>The modification, or of several texts one that is drawn anew at each use.</summary>
    private static string TextOf(Triplet triplet, Func<Random> random) =>
        triplet.Alternatives is { Count: > 0 } texts ? texts[random().Next(texts.Count)] : triplet.Modification;

    private static string CaptionOf(Triplet triplet) => triplet.TargetCaption ?? throw new InvalidOperationException(
        $"Triplet {triplet.Id} has no caption of its target: train without captions, or on data that has them.");
}
