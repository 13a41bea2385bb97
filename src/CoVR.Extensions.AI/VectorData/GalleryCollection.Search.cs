#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace CoVR.Extensions.AI.VectorData;

internal sealed partial class GalleryCollection<TKey, TRecord>
{
    // The constant of reciprocal rank fusion in Cormack, Clarke and Büttcher, 2009.
    private const double RankOffset = 60;

    // How many of the nearest are fused with what has the keywords, at least.
    private const int Fused = 100;

    private bool IsNegative => Vector?.DistanceFunction == DistanceFunction.NegativeDotProductSimilarity;

    /// <inheritdoc/>
    /// <remarks>
    /// Searched for are vectors, a <see cref="ComposedQuery"/>, a text, or a picture or video as <see cref="DataContent"/> or <see cref="MediaSource"/>. A generator of the
    /// vector property encodes what it accepts; the pipeline encodes the rest.
    /// </remarks>
    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        RequireVectors(options.IncludeVectors);
        RequireProperty(options);
        var search = new SearchOptions
        {
            Top = top,
            Offset = options.Skip,
            MinimumScore = (float?)(IsNegative ? -options.ScoreThreshold : options.ScoreThreshold),
            Filter = FilterOf(options.Filter),
        };
        foreach (var result in await GuardAsync("Search", () => ResultsAsync(searchValue, search, options.IncludeVectors, cancellationToken)).ConfigureAwait(false))
        {
            yield return result;
        }
    }

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
        var search = new SearchOptions { Top = Math.Max(Fused, options.Skip + top), Filter = FilterOf(options.Filter) };
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

    private async Task<List<VectorSearchResult<TRecord>>> ResultsAsync(object value, SearchOptions search, bool withVectors, CancellationToken cancellationToken)
    {
        var hits = await HitsAsync(value, search, cancellationToken).ConfigureAwait(false);
        var records = await ReadAsync([.. hits.Select(hit => hit.Id)], withVectors, cancellationToken).ConfigureAwait(false);
        return [.. hits.Where(hit => records.ContainsKey(hit.Id)).Select(hit => new VectorSearchResult<TRecord>(records[hit.Id], IsNegative ? -hit.Score : hit.Score))];
    }

    private async Task<IReadOnlyList<SearchHit>> HitsAsync(object value, SearchOptions search, CancellationToken cancellationToken)
    {
        RequireDimensions(await _parts.Gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false));
        if (RecordMapper<TRecord>.NumbersOf(value) is { } numbers)
        {
            return await NearestAsync(numbers, search, cancellationToken).ConfigureAwait(false);
        }

        if (value is not ComposedQuery && Vector is { EmbeddingGenerationDispatcher: not null } generated)
        {
            var embedding = (Embedding<float>)await generated.GenerateEmbeddingAsync(value, cancellationToken).ConfigureAwait(false);
            return await NearestAsync(embedding.Vector, search, cancellationToken).ConfigureAwait(false);
        }

        var query = QueryOf(value);
        return _parts.Retriever is { } retriever && query is not null
            ? (await retriever.SearchAsync(query, search, cancellationToken).ConfigureAwait(false)).Hits
            : throw new NotSupportedException(VectorDataStrings.InvalidSearchInputAndNoEmbeddingGeneratorWasConfigured(value.GetType(), $"{RecordModelBuilder.VectorTypes}, ComposedQuery, MediaSource, string"));
    }

    private async Task<IReadOnlyList<SearchHit>> NearestAsync(ReadOnlyMemory<float> numbers, SearchOptions search, CancellationToken cancellationToken)
    {
        var (_, fingerprint, _) = await _parts.Gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        if (numbers.Length != fingerprint.Vectors * fingerprint.Dimensions)
        {
            throw Failed("Search", $"The vector that is searched for has {numbers.Length} numbers, the gallery's model '{fingerprint.Model}' has {fingerprint.Vectors * fingerprint.Dimensions}. Embed it with that model.", null);
        }

        var query = new GalleryQuery(new EmbeddingSet(numbers, fingerprint.Vectors, fingerprint.Dimensions), search);
        return (await _parts.Gallery.SearchAsync([query], cancellationToken).ConfigureAwait(false))[0].Hits;
    }

    private static ComposedQuery? QueryOf(object value) => value switch
    {
        ComposedQuery query => query,
        string text => new ComposedQuery(null, text),
        DataContent content => new ComposedQuery(SourceOf(content), null),
        MediaSource media => new ComposedQuery(media, null),
        _ => null,
    };

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

    private GalleryFilter FilterOf(Expression<Func<TRecord, bool>>? condition) =>
        condition is null ? Folder : Folder & new FilterTranslator(_model).Translate(condition);

    private void RequireProperty(VectorSearchOptions<TRecord> options)
    {
        if (options.VectorProperty is not null || Vector is not null)
        {
            _model.GetVectorPropertyOrSingle(options);
        }
    }
}
