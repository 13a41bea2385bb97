#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace CoVR.Extensions.AI.VectorData;

internal sealed partial class GalleryCollection<TKey, TRecord>
{
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
