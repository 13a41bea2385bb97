using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Numerics.Tensors;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.Tests.VectorData;

/// <summary>A vector store as the published connectors are: records are copied, filters compiled, scores depend on the distance function.</summary>
internal sealed class InMemoryVectorStore : VectorStore
{
    private readonly ConcurrentDictionary<string, object> _collections = [];

    /// <summary>Called before each call of a collection, with its name; throws to let the call fail.</summary>
    public Action<string> OnCall { get; set; } = _ => { };

    /// <summary>Whether lists in filters are refused, as by stores without them.</summary>
    public bool RefusesLists { get; set; }

    /// <summary>The largest number of hits that the index gives; the rest of it is not found, as by an approximate one.</summary>
    public int MostHits { get; set; } = int.MaxValue;

    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null) =>
        new InMemoryCollection<TKey, TRecord>(this, name, definition ?? throw new NotSupportedException("A definition is needed."));

    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition) => throw new NotSupportedException();

    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var name in _collections.Keys)
        {
            yield return name;
        }
    }

    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default) => Task.FromResult(_collections.ContainsKey(name));

    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        _collections.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) => null;

    public ConcurrentDictionary<TKey, TRecord> Records<TKey, TRecord>(string name)
        where TKey : notnull => (ConcurrentDictionary<TKey, TRecord>)_collections[name];

    public void Create<TKey, TRecord>(string name)
        where TKey : notnull => _collections.GetOrAdd(name, _ => new ConcurrentDictionary<TKey, TRecord>());
}

internal sealed class InMemoryCollection<TKey, TRecord>(InMemoryVectorStore store, string name, VectorStoreCollectionDefinition definition) : VectorStoreCollection<TKey, TRecord>
    where TKey : notnull
    where TRecord : class
{
    private static readonly PropertyInfo[] Properties = typeof(TRecord).GetProperties();
    private readonly string _key = definition.Properties.OfType<VectorStoreKeyProperty>().Single().Name;
    private readonly VectorStoreVectorProperty _vector = definition.Properties.OfType<VectorStoreVectorProperty>().Single();

    public override string Name => name;

    private ConcurrentDictionary<TKey, TRecord> Records => store.Records<TKey, TRecord>(name);

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => store.CollectionExistsAsync(name, cancellationToken);

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        Begin("create", cancellationToken);
        store.Create<TKey, TRecord>(name);
        return Task.CompletedTask;
    }

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => store.EnsureCollectionDeletedAsync(name, cancellationToken);

    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        Begin("get", cancellationToken);
        return Task.FromResult(Records.TryGetValue(key, out var record) ? Copy(record, options?.IncludeVectors == true) : null);
    }

    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Begin("list", cancellationToken);
        await Task.CompletedTask;
        foreach (var record in Passing(filter).Skip(options?.Skip ?? 0).Take(top))
        {
            yield return Copy(record, options?.IncludeVectors == true);
        }
    }

    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default)
    {
        Begin("delete", cancellationToken);
        Records.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default)
    {
        Begin("upsert", cancellationToken);
        var vector = VectorOf(record);
        Records[(TKey)typeof(TRecord).GetProperty(_key)!.GetValue(record)!] = vector.Length == _vector.Dimensions
            ? Copy(record, withVectors: true)
            : throw new VectorStoreException($"{vector.Length} numbers do not fit a vector of {_vector.Dimensions}.");
        return Task.CompletedTask;
    }

    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        foreach (var record in records)
        {
            await UpsertAsync(record, cancellationToken);
        }
    }

    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Begin("search", cancellationToken);
        await Task.CompletedTask;
        var query = searchValue is ReadOnlyMemory<float> vector ? vector : throw new NotSupportedException($"{typeof(TInput)} is no vector.");
        var passing = options?.Filter is { } filter ? Passing(filter) : Records.Values;
        var scored = passing.Select(record => (Record: record, Score: ScoreOf(query.Span, VectorOf(record).Span)));
        var isDistance = _vector.DistanceFunction is not (DistanceFunction.DotProductSimilarity or DistanceFunction.CosineSimilarity);
        foreach (var (record, score) in (isDistance ? scored.OrderBy(pair => pair.Score) : scored.OrderByDescending(pair => pair.Score)).Skip(options?.Skip ?? 0).Take(Math.Min(top, store.MostHits)))
        {
            yield return new VectorSearchResult<TRecord>(Copy(record, options?.IncludeVectors == true), score);
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(VectorStoreCollectionMetadata)
        ? new VectorStoreCollectionMetadata { VectorStoreSystemName = "memory", CollectionName = name }
        : null;

    private void Begin(string call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        store.OnCall(call);
    }

    private IEnumerable<TRecord> Passing(Expression<Func<TRecord, bool>> filter)
    {
        if (store.RefusesLists && filter.ToString().Contains(".Contains(", StringComparison.Ordinal))
        {
            throw new NotSupportedException("This store has no lists.");
        }

        return Records.Values.Where(filter.Compile(preferInterpretation: true));
    }

    private double ScoreOf(ReadOnlySpan<float> query, ReadOnlySpan<float> item) => _vector.DistanceFunction switch
    {
        DistanceFunction.DotProductSimilarity => TensorPrimitives.Dot(query, item),
        DistanceFunction.NegativeDotProductSimilarity => -TensorPrimitives.Dot(query, item),
        DistanceFunction.CosineSimilarity => TensorPrimitives.CosineSimilarity(query, item),
        DistanceFunction.CosineDistance => 1 - TensorPrimitives.CosineSimilarity(query, item),
        DistanceFunction.EuclideanDistance => TensorPrimitives.Distance(query, item),
        _ => throw new NotSupportedException($"{_vector.DistanceFunction} is not supported."),
    };

    private ReadOnlyMemory<float> VectorOf(TRecord record) => (ReadOnlyMemory<float>)typeof(TRecord).GetProperty(_vector.Name)!.GetValue(record)!;

    private TRecord Copy(TRecord record, bool withVectors)
    {
        var copy = Activator.CreateInstance<TRecord>();
        foreach (var property in Properties.Where(property => definition.Properties.Any(defined => defined.Name == property.Name)))
        {
            if (withVectors || property.Name != _vector.Name)
            {
                property.SetValue(copy, property.GetValue(record) switch
                {
                    ReadOnlyMemory<float> vector => new ReadOnlyMemory<float>(vector.ToArray()),
                    List<string> list => list.ToList(),
                    var value => value,
                });
            }
        }

        return copy;
    }
}
