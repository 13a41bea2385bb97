#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>A folder of a gallery as a collection of a host's records.</summary>
/// <remarks>Safe for any number of threads. Whatever fails in the gallery is a <see cref="VectorStoreException"/>; conditions, types and arguments are refused as connectors do.</remarks>
internal sealed partial class GalleryCollection<TKey, TRecord> : VectorStoreCollection<TKey, TRecord>, IKeywordHybridSearchable<TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly GalleryVectorStore _store;
    private readonly GalleryParts _parts;
    private readonly CollectionModel _model;
    private readonly string _folder;
    private readonly RecordMapper<TRecord> _mapper;

    public GalleryCollection(GalleryVectorStore store, GalleryParts parts, string name, CollectionModel model)
    {
        (_store, _parts, Name, _model) = (store, parts, name, model);
        _folder = GalleryVectorStore.FolderOf(name);
        _mapper = new(model, _folder);
        RequireDotProduct();
    }

    /// <inheritdoc/>
    public override string Name { get; }

    private GalleryFilter Folder => new GalleryFilter.InFolder(_folder);

    private VectorPropertyModel? Vector => _model.VectorProperties.FirstOrDefault();

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) =>
        GuardAsync("CollectionExists", () => _store.CollectionExistsAsync(Name, cancellationToken));

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => GuardAsync("EnsureCollectionExists", async () =>
    {
        RequireDimensions(await _parts.Gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false));
        _store.Make(_folder);
        return true;
    });

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => GuardAsync("EnsureCollectionDeleted", async () =>
    {
        await _store.EnsureCollectionDeletedAsync(Name, cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc/>
    public override async Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return (await ReadAsync([_mapper.IdOf(key)], options?.IncludeVectors == true, cancellationToken).ConfigureAwait(false)).Values.FirstOrDefault();
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(IEnumerable<TKey> keys, RecordRetrievalOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var records = await ReadAsync([.. keys.Select(key => _mapper.IdOf(key))], options?.IncludeVectors == true, cancellationToken).ConfigureAwait(false);
        foreach (var record in records.Values)
        {
            yield return record;
        }
    }

    /// <inheritdoc/>
    /// <remarks>What the gallery cannot filter is tested here, record by record, and all matches are listed before the first is returned.</remarks>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new();
        RequireVectors(options.IncludeVectors);
        var matches = await GuardAsync("Get", () => MatchesAsync(filter, cancellationToken)).ConfigureAwait(false);
        var page = Ordered(matches, options).Skip(options.Skip).Take(top).ToArray();
        var records = options.IncludeVectors ? await ReadAsync([.. page.Select(match => match.Item.Id)], true, cancellationToken).ConfigureAwait(false) : null;
        foreach (var (item, record) in page)
        {
            if (records is null || records.ContainsKey(item.Id))
            {
                yield return records?[item.Id] ?? record;
            }
        }
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return DeleteAsync([key], cancellationToken);
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        MediaId[] ids = [.. keys.Select(key => _mapper.IdOf(key))];
        return GuardAsync("Delete", async () => await _parts.Gallery.RemoveAsync(ids, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(VectorStoreCollectionMetadata) ? new VectorStoreCollectionMetadata { VectorStoreSystemName = GalleryVectorStore.SystemName, VectorStoreName = _parts.Name, CollectionName = Name }
        : serviceType.IsInstanceOfType(this) ? this
        : _store.GetService(serviceType);

    private Task<Dictionary<MediaId, TRecord>> ReadAsync(IReadOnlyCollection<MediaId> ids, bool withVectors, CancellationToken cancellationToken)
    {
        RequireVectors(withVectors);
        return GuardAsync("Get", async () =>
        {
            var entries = await _parts.Gallery.GetAsync(ids, cancellationToken).ConfigureAwait(false);
            return entries.DistinctBy(entry => entry.Id).ToDictionary(entry => entry.Id, entry => ToRecord(new(entry.Id, entry.Properties), withVectors ? VectorOf(entry) : null));
        });
    }

    private async Task<List<(GalleryItem Item, TRecord Record)>> MatchesAsync(Expression<Func<TRecord, bool>> filter, CancellationToken cancellationToken)
    {
        var (passes, isWhole) = new FilterTranslator(_model).TranslateParts(filter);
        var test = isWhole ? null : filter.Compile();
        List<(GalleryItem, TRecord)> matches = [];
        await foreach (var item in _parts.Gallery.ListAsync(Folder & passes, cancellationToken).ConfigureAwait(false))
        {
            var record = ToRecord(item, null);
            if (test is null || Passes(item, record, test))
            {
                matches.Add((item, record));
            }
        }

        return matches;
    }

    private bool Passes(GalleryItem item, TRecord record, Func<TRecord, bool> test)
    {
        try
        {
            return test(record);
        }
        catch (NullReferenceException error)
        {
            throw Failed("Get", $"The filter asks for a part of a value that '{item.Id}' does not have. Test whether it is null first.", error);
        }
    }

    private IEnumerable<(GalleryItem Item, TRecord Record)> Ordered(List<(GalleryItem Item, TRecord Record)> matches, FilteredRecordRetrievalOptions<TRecord> options)
    {
        var ordered = matches.OrderBy(_ => 0);
        foreach (var sort in options.OrderBy?.Invoke(new()).Values ?? [])
        {
            var property = _model.GetDataOrKeyProperty(sort.PropertySelector);
            ordered = sort.Ascending ? ordered.ThenBy(ValueOf, ByValue) : ordered.ThenByDescending(ValueOf, ByValue);

            object? ValueOf((GalleryItem Item, TRecord Record) match) => property.GetValueAsObject(match.Record);
        }

        return ordered.ThenBy(match => match.Item.Id);
    }

    private static Comparer<object?> ByValue { get; } = Comparer<object?>.Create((left, right) =>
        left is string text ? string.CompareOrdinal(text, right as string) : Comparer<object?>.Default.Compare(left, right));

    private TRecord ToRecord(GalleryItem item, EmbeddingSet? vector)
    {
        try
        {
            return _mapper.ToRecord(item, vector);
        }
        catch (Exception error) when (error is FormatException or OverflowException or JsonException)
        {
            throw Failed("Get", $"The item '{item.Id}' does not fit the record type {typeof(TRecord).Name}: {error.Message} Use a record type whose key and properties have the types that were written.", error);
        }
    }

    // The frames of a video are pooled as the default of galleries does.
    private static EmbeddingSet VectorOf(GalleryEntry entry) => Retrieval.FramePoolings.Mean.Pool(entry.Embedding);

    private void RequireVectors(bool included)
    {
        if (included && Vector is { } vector && (vector.EmbeddingType != vector.Type || vector.Type == typeof(Microsoft.Extensions.AI.DataContent)))
        {
            throw new NotSupportedException(VectorDataStrings.IncludeVectorsNotSupportedWithEmbeddingGeneration);
        }
    }

    private void RequireDotProduct()
    {
        if (Vector?.DistanceFunction is not (null or DistanceFunction.DotProductSimilarity or DistanceFunction.NegativeDotProductSimilarity))
        {
            throw new NotSupportedException(
                $"Property '{Vector.ModelName}' asks for {Vector.DistanceFunction}; a gallery compares by DotProductSimilarity or NegativeDotProductSimilarity, which for vectors of unit length ranks as the cosine and the Euclidean distance do.");
        }
    }

    private void RequireDimensions(GalleryInfo info)
    {
        var numbers = info.Fingerprint.Vectors * info.Fingerprint.Dimensions;
        if (Vector is { } vector && vector.Dimensions != numbers)
        {
            throw Failed("EnsureCollectionExists", $"Property '{vector.ModelName}' has {vector.Dimensions} dimensions, the vectors of the gallery's model '{info.Fingerprint.Model}' have {numbers}. Declare {numbers}.", null);
        }
    }

    private async Task<T> GuardAsync<T>(string operation, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (CoVRException error)
        {
            throw Failed(operation, error.Message, error);
        }
    }

    private VectorStoreException Failed(string operation, string message, Exception? cause) => new($"Collection '{Name}': {message}", cause)
    {
        VectorStoreSystemName = GalleryVectorStore.SystemName,
        VectorStoreName = _parts.Name,
        CollectionName = Name,
        OperationName = operation,
    };
}
