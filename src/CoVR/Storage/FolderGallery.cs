using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using CoVR.Retrieval;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Storage;

/// <summary>A gallery in a folder: a manifest and segments, files of records with checksums that are only appended to.</summary>
/// <remarks>
/// <para>A write completes once it is on disk; after a crash or kill either all of it is there or none. Concurrent writes share one flush.
/// A segment that is more than half outdated is rewritten, so the files stay within about twice the size of live data. Damaged records are named
/// in errors; other items can still be read by <see cref="GetAsync"/>.</para>
/// <para>Any number of processes may read, and all segments are one gallery, in which the newest record of an item counts. Each segment has one writer at a time:
/// the first write takes a lock that is held until disposal. Workers on several machines share a folder by writing separate segments
/// (<see cref="FolderGalleryOptions.Segment"/>); their clocks decide which record is newer.</para>
/// <para>Searches read memory maps: embeddings are not kept in managed memory, apart from a few thousand recent items, and until the first search up to 64 MiB of each segment.
/// With <see cref="FramePoolings.Mean"/> and <see cref="Similarities.MeanPooled"/> or <see cref="Similarities.MaxOverPairs"/>, what opening and searching many items need (identities, codes,
/// pooled rows; about 5 bytes a dimension and 60 an item) is kept in files beside the segments, which may be deleted; else, and for fewer than 65,536 items, the first search writes
/// pooled rows to a scratch file. Folders of version 1 can be read; the first write upgrades them to version 2.</para>
/// </remarks>
public sealed partial class FolderGallery : IGallery
{
    private readonly string _folder;
    private readonly FolderGalleryOptions _options;
    private readonly FolderStore _store;
    private readonly WriteQueue _writes;
    private volatile bool _disposed;

    /// <summary>Creates a gallery that opens its folder at the first call; nothing is created before the first write.</summary>
    /// <param name="directory">The folder; it need not exist when <paramref name="fingerprint"/> is given.</param>
    /// <param name="fingerprint">What made the embeddings; null to accept those in the folder.</param>
    /// <param name="options">Segment, staleness, similarity and pooling; null for the defaults.</param>
    /// <param name="logger">Logs repairs and upgrades; may be null.</param>
    /// <exception cref="ArgumentException">The segment's name contains characters other than letters, digits, dots, dashes and underscores.</exception>
    public FolderGallery(string directory, EmbeddingFingerprint? fingerprint, FolderGalleryOptions? options = null, ILogger<FolderGallery>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        _folder = Path.GetFullPath(directory);
        _options = options ?? new FolderGalleryOptions();
        _store = new FolderStore(_folder, fingerprint, _options, logger ?? NullLogger<FolderGallery>.Instance);
        _writes = new WriteQueue(_store.Save);
    }

    /// <summary>Called before each step that changes a file; a test may throw.</summary>
    internal Action<string>? Step
    {
        set => _store.Step = value;
    }

    /// <summary>How many items are collected before a part of them is written; a test may set few.</summary>
    internal int ItemsOfPart
    {
        set => _store.ItemsOfPart = value;
    }

    /// <summary>Whether a folder contains such a gallery.</summary>
    /// <param name="directory">The folder; it need not exist.</param>
    /// <returns>True if it has a manifest.</returns>
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

    /// <summary>Merges all segments of a folder into one.</summary>
    /// <remarks>May be interrupted at any time without loss. Galleries that are open for reading switch to the new segment.</remarks>
    /// <param name="directory">The folder; it must not be open for writing.</param>
    /// <param name="cancellationToken">Cancels the work before anything is replaced.</param>
    /// <returns>How many items there are.</returns>
    /// <exception cref="GalleryException">There is no gallery, it is damaged, or a writer is active.</exception>
    public static Task<int> MergeAsync(string directory, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return Task.Run(() => SegmentCompaction.Merge(Path.GetFullPath(directory), null, cancellationToken), cancellationToken);
    }

    /// <summary>Removes damaged records from a folder's segments; their items need to be embedded again.</summary>
    /// <remarks>Only damaged segments are rewritten. The old file is kept beside as <c>….bin.damaged</c>. May be interrupted at any time.</remarks>
    /// <param name="directory">The folder; it must not be open for writing.</param>
    /// <param name="unusable">Further items to remove, such as those with NaN; null for none.</param>
    /// <param name="cancellationToken">Cancels the work before a file is replaced.</param>
    /// <returns>How many records and damaged places were removed; 0 if nothing was rewritten.</returns>
    /// <exception cref="GalleryException">There is no gallery, its manifest is damaged, or a writer is active.</exception>
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
        var records = _store.Read(index => Whole(index).Entries.ToArray());
        Array.Sort(Array.ConvertAll(records, record => record.Id.Value), records, StringComparer.Ordinal);
        foreach (var record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (filter is null || filter.Matches(record.Item))
            {
                yield return record.Item;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return filter is null ? _store.Read(index => Whole(index).Count) : _store.Read(index => Whole(index).Entries.Count(record => filter.Matches(record.Item)));
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

    /// <summary>Rewrites the segments that hold outdated records and have no other writer. Runs automatically once more than half of a segment is outdated.</summary>
    /// <remarks>May be interrupted at any time: the folder then holds the old file or the new one. Other processes keep reading and switch to the new files at their next refresh.</remarks>
    /// <param name="cancellationToken">Cancels the work before a file is replaced.</param>
    /// <returns>A task that completes when the new files are in place.</returns>
    /// <exception cref="GalleryException">It is damaged, another writer has the gallery's own segment, or the disk is full or fails.</exception>
    public async ValueTask CompactAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await Task.Run(() => _store.Compact(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for pending writes, then closes the files and releases the lock.</summary>
    /// <returns>A task that completes when the files are closed.</returns>
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

    /// <summary>An item that is not found may be a damaged one.</summary>
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
            // On this thread: a busy thread pool could delay it beyond the stated time.
            _store.Refresh();
        }

        return default;
    }

    /// <summary>Retries if compaction has just replaced a file that was being read, or a part is damaged.</summary>
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
            catch (Exception error) when (PartDamagedException.In(error) is not null)
            {
                _store.Discard(PartDamagedException.In(error)!.Part);
            }
        }
    }
}

/// <summary>How a <see cref="FolderGallery"/> is opened.</summary>
public sealed class FolderGalleryOptions
{
    /// <summary>The segment that this gallery writes to. Each segment has one writer at a time; workers that share a folder use one each.</summary>
    /// <value>Letters, digits, dots, dashes and underscores; empty by default, for the unnamed segment.</value>
    public string Segment { get; init; } = "";

    /// <summary>How long other processes may keep seeing the state before a write; zero to check at every call.</summary>
    /// <value>One second by default.</value>
    public TimeSpan Staleness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How queries and items are compared.</summary>
    /// <value><see cref="Similarities.MeanPooled"/> by default.</value>
    public ISimilarity Similarity { get; init; } = Similarities.MeanPooled;

    /// <summary>Pools an item's frames, unless the similarity does.</summary>
    /// <value><see cref="FramePoolings.Mean"/> by default.</value>
    public IFramePooling Pooling { get; init; } = FramePoolings.Mean;

    /// <summary>Whether writes are rejected. The folder then need not be writable: scratch files go to the system's temporary folder.</summary>
    /// <value>False by default.</value>
    public bool IsReadOnly { get; init; }
}
