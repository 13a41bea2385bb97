using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR;

/// <summary>Keeps embeddings in a folder: a manifest and segments, files that are only appended to.</summary>
/// <remarks>
/// <para>Every record has a checksum. After a crash or kill an unfinished record at the end is dropped; a damaged one in
/// the middle is an error that names it. Items written at the same time share one flush to the disk, and a write ends
/// when the disk has it. A replaced item's old bytes stay in the file.</para>
/// <para>Any number of processes may read, and all segments are read as one gallery. Each segment has one writer at a
/// time: the first write takes a lock that keeps others out until the store is disposed. Workers on several machines
/// share a folder by writing segments of their own. Segments that others fill after the store was opened are seen the
/// next time. Safe for use from several threads.</para>
/// </remarks>
public sealed class FileEmbeddingStore : IEmbeddingStore, IFailureMemory, IDisposable
{
    internal const string SegmentName = "embeddings.bin";
    internal const string ManifestName = "manifest.json";

    private readonly string _folder;
    private readonly SegmentFiles _own;
    private readonly SegmentWriter _writer;
    private readonly FailureFile _failures;
    private readonly Lock _gate = new();
    private readonly Dictionary<MediaId, int> _ordinals = [];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, EmbeddingSegment> _segments = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Opens a folder, or plans a new one: nothing is written before the first item.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="fingerprint">What makes the embeddings; must be that of the embeddings in the folder.</param>
    /// <param name="logger">Told about repairs; may be null.</param>
    /// <param name="segment">The segment that this store writes to: letters, digits, dots, dashes; empty for the only one.</param>
    /// <exception cref="EmbeddingStoreException">The folder belongs to another model, lacks its manifest, or is damaged.</exception>
    public FileEmbeddingStore(string directory, EmbeddingFingerprint fingerprint, ILogger<FileEmbeddingStore>? logger = null, string segment = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(fingerprint);
        _folder = Path.GetFullPath(directory);
        _own = new SegmentFiles(_folder, SegmentFiles.RequireName(segment));
        _writer = new SegmentWriter(_own, TakeOver, Publish, logger ?? NullLogger<FileEmbeddingStore>.Instance);
        _failures = new FailureFile(_own.FailuresPath);
        Fingerprint = fingerprint;
        try
        {
            OpenForReading();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public EmbeddingFingerprint Fingerprint { get; }

    /// <inheritdoc/>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    private string ManifestPath => Path.Combine(_folder, ManifestName);

    /// <summary>Whether a folder is such a store.</summary>
    /// <param name="directory">The folder; it need not exist.</param>
    /// <returns>True if there is a manifest.</returns>
    public static bool Exists(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return File.Exists(Path.Combine(directory, ManifestName));
    }

    /// <summary>Opens a folder that holds embeddings already, whatever made them.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="logger">Told about repairs; may be null.</param>
    /// <returns>The store; dispose it.</returns>
    /// <exception cref="EmbeddingStoreException">There is no store, or it is damaged.</exception>
    public static FileEmbeddingStore OpenExisting(string directory, ILogger<FileEmbeddingStore>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var folder = Path.GetFullPath(directory);
        var manifest = StoreManifest.Read(folder, Path.Combine(folder, ManifestName))
            ?? throw new EmbeddingStoreException(folder, "there is no manifest: the folder holds no embeddings.");
        return new FileEmbeddingStore(folder, manifest.Fingerprint, logger);
    }

    /// <summary>Makes one segment of all segments of a folder; replaced items lose their old bytes.</summary>
    /// <remarks>May be interrupted at any time: the folder then holds the old segments or the new one, and nothing is lost.</remarks>
    /// <param name="directory">The folder; no writer may have it open.</param>
    /// <param name="cancellationToken">Ends the work before anything is replaced.</param>
    /// <returns>How many items there are.</returns>
    /// <exception cref="EmbeddingStoreException">There is no store, it is damaged, or a writer is at work.</exception>
    public static Task<int> MergeAsync(string directory, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return Task.Run(() => Merge(Path.GetFullPath(directory), cancellationToken), cancellationToken);
    }

    /// <summary>Takes damaged records out of a folder's segments, so that the store can be opened again; their items are to be embedded again.</summary>
    /// <remarks>
    /// Only segments with damage are written anew. The old file stays beside as <c>….bin.damaged</c>. May be interrupted at any time.
    /// </remarks>
    /// <param name="directory">The folder; no writer may have it open.</param>
    /// <param name="unusable">Items that are taken out too, such as those with NaN; null for none.</param>
    /// <param name="cancellationToken">Ends the work before a file is replaced.</param>
    /// <returns>How many records and damaged places were taken out; 0 when nothing was written.</returns>
    /// <exception cref="EmbeddingStoreException">There is no store, its manifest is damaged, or a writer is at work.</exception>
    public static Task<int> DropDamagedAsync(string directory, IReadOnlySet<MediaId>? unusable = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return Task.Run(() => SegmentSalvage.Run(Path.GetFullPath(directory), unusable ?? FrozenSet<MediaId>.Empty, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(_ordinals.ContainsKey(id));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="EmbeddingStoreException">The shape is another one, another writer is at work, or another segment holds the item.</exception>
    /// <exception cref="IOException">The disk is full or fails; nothing of the item is kept.</exception>
    public ValueTask WriteAsync(MediaId id, EmbeddingSet item, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoredShape.Require(_folder, Fingerprint, id, item);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_ordinals.TryGetValue(id, out var ordinal) && _entries[ordinal].SegmentName != _own.Name)
            {
                throw new EmbeddingStoreException(_folder, $"'{id}' lies in another segment than '{_own.Name}' and cannot be replaced here. Merge the store first.");
            }
        }

        return new ValueTask(_writer.WriteAsync(id, EmbeddingRecord.Encode(id, item), item.Frames));
    }

    /// <inheritdoc/>
    public ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Entry entry;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_ordinals.TryGetValue(id, out var ordinal))
            {
                return ValueTask.FromResult<EmbeddingSet?>(null);
            }

            entry = _entries[ordinal];
        }

        return ValueTask.FromResult<EmbeddingSet?>(entry.Segment.Read(entry.Place));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeyValuePair<MediaId, EmbeddingSet>> ReadAllAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        Entry[] entries;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            entries = [.. _entries];
        }

        var readers = entries.Select(entry => entry.Segment).Distinct().ToDictionary(segment => segment, segment => segment.Reader());
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return KeyValuePair.Create(entry.Place.Id, readers[entry.Segment](entry.Place));
        }
    }

    /// <inheritdoc/>
    public ValueTask RememberAsync(RememberedFailure failure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failure);
        cancellationToken.ThrowIfCancellationRequested();
        _failures.Append(failure);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<MediaId, RememberedFailure>> RecallAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Directory.Exists(_folder)
            ? FailureFile.Read(Directory.EnumerateFiles(_folder, "failures*.jsonl"))
            : new Dictionary<MediaId, RememberedFailure>());
    }

    /// <summary>Waits for pending writes, then closes the files and lets another writer in.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _writer.Dispose();
        foreach (var segment in _segments.Values)
        {
            segment.Dispose();
        }
    }

    private static int Merge(string folder, CancellationToken cancellationToken)
    {
        var files = SegmentFiles.In(folder).Append(new SegmentFiles(folder, "")).DistinctBy(segment => segment.Name).ToList();
        var locks = new List<IDisposable>();
        try
        {
            files.ForEach(segment => locks.Add(segment.TakeLock()));
            using var store = OpenExisting(folder);
            var merged = Path.Combine(folder, SegmentName);
            using (var file = new FileStream(merged + ".merge", FileMode.Create, FileAccess.Write))
            {
                foreach (var entry in store._entries)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    file.Write(entry.Segment.ReadRecord(entry.Place));
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(merged + ".merge", merged, overwrite: true);
            files.Where(segment => segment.Name.Length > 0).ToList().ForEach(segment => File.Delete(segment.SegmentPath));
            return store.Count;
        }
        finally
        {
            locks.ForEach(held => held.Dispose());
        }
    }

    private void OpenForReading()
    {
        var segments = SegmentFiles.In(_folder);
        if (!StoreManifest.RequireSame(_folder, ManifestPath, Fingerprint) && segments.Count > 0)
        {
            throw new EmbeddingStoreException(
                _folder, $"{Path.GetFileName(segments[0].SegmentPath)} is there without its {ManifestName}, so nobody knows which model made it. Restore the manifest, or use another folder.");
        }

        foreach (var files in segments)
        {
            var segment = _segments[files.Name] = EmbeddingSegment.Open(_folder, files.SegmentPath, Fingerprint, write: false);
            segment.Scan(0, place => Publish(files.Name, segment, place));
        }
    }

    /// <summary>Reads what other writers appended since the store was opened.</summary>
    private EmbeddingSegment TakeOver(SegmentFiles files)
    {
        StoreManifest.Establish(_folder, ManifestPath, Fingerprint);
        var segment = EmbeddingSegment.Open(_folder, files.SegmentPath, Fingerprint, write: true);
        try
        {
            lock (_gate)
            {
                ScanNew(segment, _segments.GetValueOrDefault(files.Name)?.End ?? 0, place => Publish(files.Name, segment, place));
            }

            return segment;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>Reads what was appended; a file that was merged meanwhile is read from its start.</summary>
    private static void ScanNew(EmbeddingSegment segment, long known, Action<EmbeddingSegment.Place> found)
    {
        try
        {
            segment.Scan(known, found);
        }
        catch (EmbeddingStoreException) when (known > 0)
        {
            segment.Scan(0, found);
        }
    }

    private void Publish(EmbeddingSegment segment, IReadOnlyList<EmbeddingSegment.Place> places)
    {
        lock (_gate)
        {
            foreach (var place in places)
            {
                Publish(_own.Name, segment, place);
            }
        }
    }

    /// <summary>Within a segment the last record of an item counts; between segments, which hold equal items, the first.</summary>
    private void Publish(string name, EmbeddingSegment segment, EmbeddingSegment.Place place)
    {
        if (_ordinals.TryAdd(place.Id, _entries.Count))
        {
            _entries.Add(new Entry(name, segment, place));
        }
        else if (_ordinals[place.Id] is var ordinal && _entries[ordinal].SegmentName == name)
        {
            _entries[ordinal] = new Entry(name, segment, place);
        }
    }

    private readonly record struct Entry(string SegmentName, EmbeddingSegment Segment, EmbeddingSegment.Place Place);
}
