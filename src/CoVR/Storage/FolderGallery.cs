using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using CoVR.Retrieval;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Storage;

/// <summary>A gallery in a folder: a manifest and segments, files of records with checksums that are only appended to.</summary>
/// <remarks>
/// <para>A write ends when the disk has it, and after a crash or kill all of it is there, or nothing. Writes that arrive at the same time share one flush.
/// Where more than half of a segment is outdated it is written anew, so that the files stay within about twice the size of what counts. Damaged records are named
/// in errors; other items can still be read by <see cref="GetAsync"/>.</para>
/// <para>Any number of processes may read, and all segments are one gallery, in which the newest record of an item counts. Each segment has one writer at a time:
/// the first write takes a lock that is held until disposal. Workers on several machines share a folder by writing segments of their own
/// (<see cref="FolderGalleryOptions.Segment"/>); their clocks decide what is newer.</para>
/// <para>The first search writes the pooled rows of all items into a scratch file and searches its memory map; numbers of embeddings are not kept in managed
/// memory, apart from a few thousand recent items. Folders of version 1 are read as they are; the first write brings them to version 2.</para>
/// </remarks>
public sealed class FolderGallery : IGallery
{
    private readonly string _folder;
    private readonly FolderGalleryOptions _options;
    private readonly FolderStore _store;
    private readonly WriteQueue _writes;
    private volatile bool _disposed;

    /// <summary>Plans to open a folder at the first call; nothing is written before the first write.</summary>
    /// <param name="directory">The folder; it need not exist when <paramref name="fingerprint"/> is given.</param>
    /// <param name="fingerprint">What makes the embeddings; null for what made those in the folder.</param>
    /// <param name="options">Segment, staleness, similarity and pooling; null for the defaults.</param>
    /// <param name="logger">Told about repairs and upgrades; null for no log.</param>
    /// <exception cref="ArgumentException">The name of the segment has other characters than letters, digits, dots, dashes and underscores.</exception>
    public FolderGallery(string directory, EmbeddingFingerprint? fingerprint, FolderGalleryOptions? options = null, ILogger<FolderGallery>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        _folder = Path.GetFullPath(directory);
        _options = options ?? new FolderGalleryOptions();
        _store = new FolderStore(_folder, fingerprint, _options, logger ?? NullLogger<FolderGallery>.Instance);
        _writes = new WriteQueue(_store.Save);
    }

    /// <summary>Told before each step that changes a file; a test may throw.</summary>
    internal Action<string>? Step
    {
        set => _store.Step = value;
    }

    /// <summary>Whether a folder is such a gallery.</summary>
    /// <param name="directory">The folder; it need not exist.</param>
    /// <returns>True if there is a manifest.</returns>
    public static bool Exists(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return File.Exists(FolderManifest.PathIn(directory));
    }

    /// <summary>Reads what made the embeddings of a folder, from its manifest alone.</summary>
    /// <param name="directory">The folder; it need not exist.</param>
    /// <returns>The fingerprint; null when the folder is no such gallery.</returns>
    /// <exception cref="GalleryException">The manifest is damaged, of a newer version, or missing beside segments.</exception>
    public static EmbeddingFingerprint? ReadFingerprint(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return FolderManifest.Find(Path.GetFullPath(directory))?.Fingerprint;
    }

    /// <summary>Lists the newest record of every item and all damaged places, so that a damaged record hides no other. Nothing is written or locked.</summary>
    /// <param name="directory">The folder.</param>
    /// <returns>Records in the order of files and places, then damaged ones.</returns>
    /// <exception cref="GalleryException">There is no gallery, or its manifest is damaged.</exception>
    public static IEnumerable<StoredEmbedding> Inspect(string directory) =>
        StoredEmbedding.In(Path.GetFullPath(directory), ReadFingerprint(directory) ?? throw FolderManifest.Missing(directory));

    /// <summary>Makes one segment of all segments of a folder.</summary>
    /// <remarks>May be interrupted at any time: nothing is lost. Galleries that others have open for reading go on with the new segment.</remarks>
    /// <param name="directory">The folder; no writer may have it open.</param>
    /// <param name="cancellationToken">Ends the work before anything is replaced.</param>
    /// <returns>How many items there are.</returns>
    /// <exception cref="GalleryException">There is no gallery, it is damaged, or a writer is at work.</exception>
    public static Task<int> MergeAsync(string directory, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return Task.Run(() => SegmentCompaction.Merge(Path.GetFullPath(directory), null, cancellationToken), cancellationToken);
    }

    /// <summary>Takes damaged records out of a folder's segments; their items are to be embedded again.</summary>
    /// <remarks>Only segments with damage are written anew. The old file stays beside as <c>….bin.damaged</c>. May be interrupted at any time.</remarks>
    /// <param name="directory">The folder; no writer may have it open.</param>
    /// <param name="unusable">Items that are taken out too, such as those with NaN; null for none.</param>
    /// <param name="cancellationToken">Ends the work before a file is replaced.</param>
    /// <returns>How many records and damaged places were taken out; 0 when nothing was written.</returns>
    /// <exception cref="GalleryException">There is no gallery, its manifest is damaged, or a writer is at work.</exception>
    public static Task<int> DropDamagedAsync(string directory, IReadOnlySet<MediaId>? unusable = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return Task.Run(() => SegmentCompaction.DropDamaged(Path.GetFullPath(directory), unusable ?? FrozenSet<MediaId>.Empty, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<GalleryInfo> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return Info;
    }

    /// <inheritdoc/>
    public async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        Info.RequireFit(entries);
        if (entries.Count == 0)
        {
            return;
        }

        Change[] changes = [.. entries.Select(Change.Of)];
        await _writes.AddAsync(new WriteRequest(_ => changes)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        if (ids.Count == 0)
        {
            return 0;
        }

        MediaId[] unique = [.. ids.Distinct()];
        return await _writes.AddAsync(new WriteRequest(
            index => [.. unique.Where(id => index.Find(id) is not null || index.FindFailure(id) is not null).Select(Change.RemovalOf)],
            dependsOnState: true)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return _store.Read(index => Find(index, id)) is not null;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<GalleryEntry>> GetAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return Retry(() => _store.Read(index => ids.Select(id => Find(index, id)).OfType<StoredRecord>().ToArray()).Select(record =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new GalleryEntry(record.Id, record.Segment.ReadEmbedding(record)) { FrameTimes = record.Details.FrameTimes, Properties = record.Details.Properties };
        }).ToArray());
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GalleryItem> ListAsync(GalleryFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        foreach (var item in _store.Read(Items).Where(item => filter is null || filter.Matches(item)).OrderBy(item => item.Id))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return filter is null ? _store.Read(index => Whole(index).Count) : _store.Read(Items).Count(filter.Matches);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () => Retry(() =>
            {
                _store.Read(Whole);
                return _store.Rows(cancellationToken).Search(queries, cancellationToken);
            }),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failures);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        if (failures.Count == 0)
        {
            return;
        }

        Change[] changes = [.. failures.Select(Change.Of)];
        await _writes.AddAsync(new WriteRequest(_ => changes)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        var old = OldFailures.Read(_folder);
        return _store.Read(index => old.Where(failure => index.Find(failure.Id) is null).Concat(index.Failures()).GroupBy(failure => failure.Id).ToDictionary(group => group.Key, group => group.Last()));
    }

    /// <summary>Writes the segments anew that hold outdated records and have no other writer. Happens by itself where more than half of a segment is outdated.</summary>
    /// <remarks>May be interrupted at any time: the folder then holds the old file or the new one. Others go on reading, and use the new files when they look again.</remarks>
    /// <param name="cancellationToken">Ends the work before a file is replaced.</param>
    /// <returns>A task that ends when the new files are there.</returns>
    /// <exception cref="GalleryException">It is damaged, another writer has the gallery's own segment, or the disk is full or fails.</exception>
    public async ValueTask CompactAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await Task.Run(() => _store.Compact(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for pending writes, then closes the files and lets another writer in.</summary>
    /// <returns>A task that ends when the files are closed.</returns>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _writes.Finish();
        _store.Dispose();
        return default;
    }

    private GalleryInfo Info => new(_folder, _store.Fingerprint, _options.Similarity.Name) { Staleness = _options.Staleness };

    private static FolderIndex Whole(FolderIndex index)
    {
        index.RequireWhole();
        return index;
    }

    private static GalleryItem[] Items(FolderIndex index) => [.. Whole(index).Entries.Select(record => record.Item)];

    /// <summary>An item that is not found might be a damaged one.</summary>
    private static StoredRecord? Find(FolderIndex index, MediaId id) => index.Find(id) ?? Whole(index).Find(id);

    private ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_store.IsOpen)
        {
            return new ValueTask(Task.Run(_store.Refresh, cancellationToken));
        }

        if (!_store.IsFresh)
        {
            // On this thread: a busy pool would delay it beyond the stated time.
            _store.Refresh();
        }

        return default;
    }

    /// <summary>Calls again when compaction has just replaced a file that was read.</summary>
    private T Retry<T>(Func<T> read)
    {
        while (true)
        {
            try
            {
                return read();
            }
            catch (ObjectDisposedException) when (!_disposed)
            {
            }
        }
    }
}
