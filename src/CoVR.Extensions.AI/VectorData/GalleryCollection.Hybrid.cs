#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace CoVR.Extensions.AI.VectorData;

internal sealed partial class GalleryCollection<TKey, TRecord>
{
    // The constant of reciprocal rank fusion in Cormack, Clarke and Büttcher, 2009.
    private const double RankOffset = 60;

    // How many of the nearest are fused with what has the keywords, at least.
    private const int Fused = 100;

    /// <inheritdoc/>
    /// <remarks>
    /// The ranks of the nearest and the ranks by the number of keywords that the text contains, in either case, are fused: the score is the sum of 1 / (60 + rank). The
    /// texts of all records that pass the filter are read for it.
    /// </remarks>
    public async IAsyncEnumerable<VectorSearchResult<TRecord>> HybridSearchAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        RequireVectors(options.IncludeVectors);
        RequireProperty(new() { VectorProperty = options.VectorProperty });
        var text = _model.GetFullTextDataPropertyOrSingle(options.AdditionalProperty);
        var search = new SearchOptions { Top = (int)Math.Min(Math.Max(Fused, (long)options.Skip + top), int.MaxValue), Filter = FilterOf(options.Filter) };
        var fused = await GuardAsync("HybridSearch", async () =>
        {
            var nearest = (await HitsAsync(searchValue, search, cancellationToken).ConfigureAwait(false)).Select(hit => hit.Id);
            return Fuse(nearest, await WithKeywordsAsync(text, keywords, search.Filter, cancellationToken).ConfigureAwait(false));
        }).ConfigureAwait(false);
        var page = fused.Where(each => !(each.Score < options.ScoreThreshold)).Skip(options.Skip).Take(top).ToArray();
        var records = await ReadAsync([.. page.Select(each => each.Id)], options.IncludeVectors, cancellationToken).ConfigureAwait(false);
        foreach (var (id, score) in page.Where(each => records.ContainsKey(each.Id)))
        {
            yield return new VectorSearchResult<TRecord>(records[id], score);
        }
    }

    private async Task<List<MediaId>> WithKeywordsAsync(DataPropertyModel text, ICollection<string> keywords, GalleryFilter? filter, CancellationToken cancellationToken)
    {
        List<(MediaId Id, int Found)> found = [];
        await foreach (var item in _parts.Gallery.ListAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            var words = KnownProperties.Get(text, item.Properties) as string ?? string.Empty;
            found.Add((item.Id, keywords.Count(word => words.Contains(word, StringComparison.OrdinalIgnoreCase))));
        }

        return [.. found.Where(each => each.Found > 0).OrderByDescending(each => each.Found).ThenBy(each => each.Id).Select(each => each.Id)];
    }

    private static IEnumerable<(MediaId Id, double Score)> Fuse(params IEnumerable<MediaId>[] rankings) => rankings
        .SelectMany(ranking => ranking.Select((id, place) => (Id: id, Score: 1 / (RankOffset + place + 1))))
        .GroupBy(each => each.Id, each => each.Score)
        .Select(scores => (scores.Key, Score: scores.Sum()))
        .OrderByDescending(each => each.Score)
        .ThenBy(each => each.Key);
}
