#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>The parts of a pipeline that a vector store uses.</summary>
/// <param name="Name">The pipeline's name.</param>
/// <param name="Gallery">What is searched.</param>
/// <param name="Retriever">Encodes queries; null where only vectors are searched for.</param>
/// <param name="Job">Embeds pictures and videos of records; null where records carry vectors.</param>
internal sealed record GalleryParts(string Name, IGallery Gallery, IComposedRetriever? Retriever = null, IEmbeddingJob? Job = null);

/// <summary>A pipeline's gallery as a vector store, whose collections are the gallery's folders; <c>/</c> is all of it.</summary>
/// <remarks>Safe for any number of threads. A collection without records lasts as long as this object.</remarks>
internal sealed class GalleryVectorStore(GalleryParts parts) : VectorStore
{
    public const string SystemName = "covr";

    private readonly ConcurrentDictionary<string, bool> _made = [];

    public IGallery Gallery => parts.Gallery;

    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null) =>
        typeof(TRecord) == typeof(Dictionary<string, object?>)
            ? throw new ArgumentException(VectorDataStrings.GetCollectionWithDictionaryNotSupported)
            : new GalleryCollection<TKey, TRecord>(this, parts, name, new RecordModelBuilder().Build(typeof(TRecord), typeof(TKey), definition, null));

    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition) =>
        new GalleryCollection<object, Dictionary<string, object?>>(this, parts, name, new RecordModelBuilder().BuildDynamic(definition, null));

    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var names = new SortedSet<string>(_made.Keys, StringComparer.Ordinal);
        await foreach (var item in parts.Gallery.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            var slash = item.Id.Value.IndexOf('/', StringComparison.Ordinal);
            names.Add(slash > 0 ? item.Id.Value[..slash] : "/");
        }

        foreach (var name in names)
        {
            yield return name;
        }
    }

    public override async Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        var folder = FolderOf(name);
        if (_made.ContainsKey(NameOf(folder)))
        {
            return true;
        }

        await using var items = parts.Gallery.ListAsync(new GalleryFilter.InFolder(folder), cancellationToken).GetAsyncEnumerator(cancellationToken);
        return await items.MoveNextAsync().ConfigureAwait(false);
    }

    /// <summary>Removes the items of a folder.</summary>
    public override async Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        var folder = FolderOf(name);
        List<MediaId> ids = [];
        await foreach (var item in parts.Gallery.ListAsync(new GalleryFilter.InFolder(folder), cancellationToken).ConfigureAwait(false))
        {
            ids.Add(item.Id);
        }

        await parts.Gallery.RemoveAsync(ids, cancellationToken).ConfigureAwait(false);
        _made.TryRemove(NameOf(folder), out _);
    }

    public void Make(string folder) => _made[NameOf(folder)] = true;

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(VectorStoreMetadata) ? new VectorStoreMetadata { VectorStoreSystemName = SystemName, VectorStoreName = parts.Name }
        : serviceType.IsInstanceOfType(this) ? this
        : serviceType == typeof(IGallery) ? parts.Gallery
        : null;

    /// <summary>The folder that a collection is; empty for the whole gallery.</summary>
    public static string FolderOf(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return name.Trim('/');
    }

    private static string NameOf(string folder) => folder.Length == 0 ? "/" : folder;
}
