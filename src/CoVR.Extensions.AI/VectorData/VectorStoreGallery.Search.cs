using System.Runtime.InteropServices;
using CoVR.Retrieval;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.VectorData;

internal sealed partial class VectorStoreGallery<TKey>
{
    // No store has more; some add to what is asked for.
    private const long MostHits = 1_000_000_000;

    private bool RanksByMean => ReferenceEquals(_similarity, Similarities.MeanPooled) && _options.DistanceFunction is DistanceFunction.DotProductSimilarity or DistanceFunction.NegativeDotProductSimilarity;

    private bool RanksExactly => RanksByMean && _options.IndexKind == IndexKind.Flat;

    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        using var visit = await ReadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var query in queries)
        {
            RequireFit(query);
        }

        Dictionary<GalleryFilter, List<GalleryItem>> passed = [];
        List<SearchResult> results = [];
        foreach (var query in queries)
        {
            results.Add(await AnswerAsync(query, passed, cancellationToken).ConfigureAwait(false));
        }

        return results;
    }

    private void RequireFit(GalleryQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Options.Top, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfNegative(query.Options.Offset, nameof(query));
        if (query.Embedding.Frames != 1 || query.Embedding.Dimensions != _info.Fingerprint.Dimensions)
        {
            throw new ArgumentException($"A query has one frame of {_info.Fingerprint.Dimensions} dimensions, not {query.Embedding.Frames} of {query.Embedding.Dimensions}.", nameof(query));
        }

        if (!query.Embedding.Values.ToArray().All(float.IsFinite))
        {
            throw new ArgumentException("A query has a value that is not finite; only finite embeddings can be compared.", nameof(query));
        }
    }

    private async Task<SearchResult> AnswerAsync(GalleryQuery query, Dictionary<GalleryFilter, List<GalleryItem>> passed, CancellationToken cancellationToken)
    {
        var options = query.Options;
        List<GalleryItem>? items = null;
        if (options.Filter is { } filter && !passed.TryGetValue(filter, out items))
        {
            passed[filter] = items = await ItemsAsync(filter, cancellationToken).ConfigureAwait(false);
        }

        var candidates = items?.Count(item => !options.Exclude.Contains(item.Id)) ?? await CandidatesAsync(options.Exclude, cancellationToken).ConfigureAwait(false);
        var wanted = (long)options.Offset + options.Top;
        var (ranked, isExact) = items is not null && items.Count <= _options.Shortlist
            ? (Rank(query, (await RecordsAsync(items.Select(item => item.Id), withVectors: true, cancellationToken).ConfigureAwait(false)).Values), true)
            : await ShortlistAsync(query, wanted, cancellationToken).ConfigureAwait(false);
        if (ranked.Count < Math.Min(wanted, candidates))
        {
            // An approximate index gave fewer than there are.
            var all = await _store.ListAsync(RecordFormat<TKey>.Item, options.Filter, withVectors: true, cancellationToken).ConfigureAwait(false);
            (ranked, isExact) = (Rank(query, all), true);
        }

        return new SearchResult(HitsOf(query, ranked), candidates) { IsExact = isExact };
    }

    private async Task<long> CandidatesAsync(IReadOnlySet<MediaId> excluded, CancellationToken cancellationToken)
    {
        var count = Volatile.Read(ref _count);
        if (count < 0)
        {
            count = (await ItemsAsync(null, cancellationToken).ConfigureAwait(false)).Count;
            Volatile.Write(ref _count, count);
        }

        return excluded.Count == 0 ? count : count - (await RecordsAsync(excluded, withVectors: false, cancellationToken).ConfigureAwait(false)).Count;
    }

    /// <summary>Asks the store for more and more until no item that it has not returned can be among the wanted ones.</summary>
    private async Task<(List<Ranked> Ranked, bool IsExact)> ShortlistAsync(GalleryQuery query, long wanted, CancellationToken cancellationToken)
    {
        var vector = MeanOf(query.Embedding);
        var known = Volatile.Read(ref _count) is var count and >= 0 ? count : MostHits;
        var take = (int)Math.Min(Math.Max(wanted + query.Options.Exclude.Count + 1, RanksExactly ? 1 : _options.Shortlist), Math.Min(known + 1, MostHits));
        while (true)
        {
            var found = await _store.SearchAsync(vector, take, query.Options.Filter, cancellationToken).ConfigureAwait(false);
            var ranked = Rank(query, found.Select(result => result.Record));
            if (found.Count < take || take == MostHits)
            {
                return (ranked, _options.IndexKind == IndexKind.Flat);
            }

            if (ranked.Count >= wanted && (!RanksByMean || BoundOf(found[^1]) < Floor(ranked[(int)wanted - 1].Score)))
            {
                return (ranked, RanksExactly);
            }

            take = (int)Math.Min(take * 4L, MostHits);
        }
    }

    // The store may sum in another order.
    private static float Floor(float score) => score - (1e-5f * (1 + MathF.Abs(score)));

    private double BoundOf(VectorSearchResult<GalleryRecord<TKey>> last) =>
        _options.DistanceFunction == DistanceFunction.NegativeDotProductSimilarity ? -(last.Score ?? double.PositiveInfinity) : last.Score ?? double.NegativeInfinity;

    private List<Ranked> Rank(GalleryQuery query, IEnumerable<GalleryRecord<TKey>> records)
    {
        List<Ranked> ranked = [];
        foreach (var record in records)
        {
            var entry = EntryOf(record);
            if (!query.Options.Exclude.Contains(entry.Id) && query.Options.Filter?.Matches(new GalleryItem(entry.Id, entry.Properties)) != false)
            {
                ranked.Add(new Ranked(entry, Score(query.Embedding, entry.Embedding)));
            }
        }

        ranked.Sort();
        return ranked;
    }

    private float Score(EmbeddingSet query, EmbeddingSet item) => _similarity.Score(query, _similarity.PoolsFrames ? item : _pooling.Pool(item));

    private SearchHit[] HitsOf(GalleryQuery query, List<Ranked> ranked) =>
        [.. ranked
            .Skip(query.Options.Offset)
            .Take(query.Options.Top)
            .TakeWhile(each => query.Options.MinimumScore is not { } least || each.Score >= least)
            .Select((each, place) => new SearchHit(each.Entry.Id, each.Score, query.Options.Offset + place + 1) { Moment = MomentOf(query.Embedding, each.Entry) })];

    private Moment? MomentOf(EmbeddingSet query, GalleryEntry entry) => entry.FrameTimes.Count == 0
        ? null
        : Moment.Of(entry.FrameTimes, [.. Enumerable.Range(0, entry.Embedding.Frames).Select(frame => _similarity.Score(query, entry.Embedding.SelectFrames([frame])))]);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Ranked(GalleryEntry Entry, float Score) : IComparable<Ranked>
    {
        public int CompareTo(Ranked other) => other.Score.CompareTo(Score) is var byScore and not 0 ? byScore : Entry.Id.CompareTo(other.Entry.Id);
    }
}
