using System.IO.Hashing;
using System.Runtime.InteropServices;
using CoVR.Data;
using CoVR.Distributed;
using CoVR.Modeling;
using CoVR.Training.Distributed;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;

namespace CoVR.Training.Batches;

/// <summary>Prepares <see cref="ComposedBatch"/>es in the background, in an order that does not depend on the number of workers.</summary>
/// <remarks>Every item has its own random source, seeded by (seed, epoch, batch, item). At most <c>workers</c> + 1 batches are in memory.</remarks>
internal sealed class TrainingBatcher : IBatchSource<ComposedBatch>
{
    private readonly IReadOnlyList<Triplet> _triplets;
    private readonly IBatchSampler _sampler;
    private readonly ComposedBatchSources _sources;
    private readonly int _workers;
    private readonly int _seed;
    private readonly ICollective? _ranks;

    /// <param name="triplets">The data; the sampler's positions refer to it.</param>
    /// <param name="sampler">Composes the batches.</param>
    /// <param name="sources">Where the parts come from.</param>
    /// <param name="workers">How many batches are prepared at the same time, ahead of use.</param>
    /// <param name="seed">The seed of augmentation and draws.</param>
    /// <param name="context">Its ranks share every batch, each its consecutive part, with the draws that these items have in one process.</param>
    /// <exception cref="InvalidOperationException">A batch has fewer items than there are ranks.</exception>
    internal TrainingBatcher(
        IReadOnlyList<Triplet> triplets, IBatchSampler sampler, ComposedBatchSources sources, int workers = 2, int seed = 1234, TrainingContext? context = null)
    {
        (_triplets, _sampler, _sources, _workers, _seed, _ranks) = (triplets, sampler, sources, workers, seed, context?.Group);
        if (_ranks is not null)
        {
            _ = RankRows.Of(sampler.Compose(0).Min(batch => batch.Count), _ranks);
        }
    }

    public int BatchesPerEpoch => _sampler.BatchesPerEpoch;

    public IAsyncEnumerable<ComposedBatch> ReadAsync(int epoch, int first, CancellationToken cancellationToken)
    {
        var batches = _sampler.Compose(epoch);
        return OrderedPrefetch.RunAsync(first, batches.Count, _workers, (batch, stop) => PrepareAsync(batches[batch], epoch, batch, stop), cancellationToken);
    }

    public string Describe() => $"{_sampler.Describe()}; items seeded by {_seed}{Frames}{Captions}; annotations {Fingerprint(_triplets)}";

    private string Frames => _sources.References is { Frames: > 1 and var frames } ? $", {frames} frames of each reference" : string.Empty;

    private string Captions => _sources.CaptionEmbeddings is not null ? ", stored captions" : _sources.Captions ? ", encoded captions" : string.Empty;

    private async Task<ComposedBatch> PrepareAsync(IReadOnlyList<int> positions, int epoch, int batch, CancellationToken cancellationToken)
    {
        var (first, count) = RankRows.Of(positions.Count, _ranks);
        List<(Triplet Triplet, int Index)> items = [.. Enumerable.Range(first, count).Select(index => (_triplets[positions[index]], index))];
        List<UnreadableItem> unreadable = [];
        var references = await ReferencesAsync(items, epoch, batch, _sources.SkipUnreadable ? unreadable : null, cancellationToken).ConfigureAwait(false);
        try
        {
            SkippedItem[] skipped = [.. unreadable.Select(fault => new SkippedItem(items[fault.Index].Triplet.Id, items[fault.Index].Triplet.Reference, fault.Error.Reason))];
            items.RemoveAll(item => unreadable.Exists(fault => fault.Index == item.Index - first));
            Triplet[] triplets = [.. items.Select(item => item.Triplet)];
            return new ComposedBatch
            {
                Triplets = triplets,
                Modifications = _sources.Texts.Encode([.. items.Select(item => TextOf(item.Triplet, () => SeededRandom.For(_seed, epoch, batch, item.Index, 2)))]),
                Targets = _sources.Targets is null ? null : await TargetsAsync(_sources.Targets, triplets, i => SeededRandom.For(_seed, epoch, batch, items[i].Index, 1), cancellationToken).ConfigureAwait(false),
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
        List<(Triplet Triplet, int Index)> items, int epoch, int batch, ICollection<UnreadableItem>? unreadable, CancellationToken cancellationToken) =>
        _sources.VisualTokens is not null || !_sources.Parts.HasFlag(QueryParts.Reference)
            ? null
            : await PixelBatch.ReadAsync(
                _sources.References!,
                [.. items.Select(item => item.Triplet.Reference)],
                i => SeededRandom.For(_seed, epoch, batch, items[i].Index),
                unreadable,
                cancellationToken).ConfigureAwait(false);

    private static async Task<EmbeddingSet> TargetsAsync(ITargetEmbeddings targets, Triplet[] triplets, Func<int, Random> random, CancellationToken cancellationToken)
    {
        var each = targets.Vectors * targets.Dimensions;
        var values = new float[triplets.Length * each];
        for (var i = 0; i < triplets.Length; i++)
        {
            var target = await targets.ReadAsync(triplets[i], random(i), cancellationToken).ConfigureAwait(false);
            target.Values.Span.CopyTo(values.AsSpan(i * each, each));
        }

        return new EmbeddingSet(values, targets.Vectors, targets.Dimensions, triplets.Length);
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

    /// <summary>The modification; if there are several texts, one drawn anew at each use.</summary>
    private static string TextOf(Triplet triplet, Func<Random> random) =>
        triplet.Alternatives is { Count: > 0 } texts ? texts[random().Next(texts.Count)] : triplet.Modification;

    private static string CaptionOf(Triplet triplet) => triplet.TargetCaption ?? throw new InvalidOperationException(
        $"Triplet {triplet.Id} has no caption of its target, which a loss term needs: use data with captions, or train without that term.");

    /// <summary>A hash of ids, texts and their order, as 16 hexadecimal digits.</summary>
    private static string Fingerprint(IReadOnlyList<Triplet> triplets)
    {
        var hash = new XxHash3();
        foreach (var triplet in triplets)
        {
            Append(hash, triplet.Id);
            Append(hash, triplet.Reference.Value);
            Append(hash, triplet.Target?.Value);
            Append(hash, triplet.TargetCaption);
            foreach (var text in triplet.Alternatives ?? [triplet.Modification])
            {
                Append(hash, text);
            }
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static void Append(XxHash3 hash, string? text)
    {
        hash.Append(MemoryMarshal.AsBytes(text.AsSpan()));
        hash.Append([0, (byte)(text is null ? 1 : 0)]);
    }
}
