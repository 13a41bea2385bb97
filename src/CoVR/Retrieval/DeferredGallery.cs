using System.Runtime.CompilerServices;

namespace CoVR.Retrieval;

/// <summary>A gallery that opens at its first use, because its fingerprint is known only once the model is loaded.</summary>
/// <remarks>A failed attempt to open is repeated by the next call.</remarks>
internal sealed class DeferredGallery(Func<CancellationToken, ValueTask<IGallery>> open) : IGallery, IDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private volatile IGallery? _gallery;
    private volatile bool _disposed;

    public async ValueTask<GalleryInfo> GetInfoAsync(CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).GetInfoAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).UpsertAsync(entries, cancellationToken).ConfigureAwait(false);

    public async ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).RemoveAsync(ids, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<GalleryEntry>> GetAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).GetAsync(ids, cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<GalleryItem> ListAsync(GalleryFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var gallery = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var item in gallery.ListAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    public async ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).CountAsync(filter, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).SearchAsync(queries, cancellationToken).ConfigureAwait(false);

    public async ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).RecordFailuresAsync(failures, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).GetFailuresAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).ContainsAsync(id, cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_gallery is { } gallery)
            {
                await gallery.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    // Called when a container is disposed synchronously.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async ValueTask<IGallery> OpenAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_gallery is { } opened)
        {
            return opened;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _gallery ??= await open(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }
}
