using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR;

/// <summary>Keeps embeddings in a folder: a manifest and one file that is only appended to.</summary>
/// <remarks>
/// <para>Every record has a checksum. After a crash or kill an unfinished record at the end is dropped; a damaged one in
/// the middle is an error that names it. Items written at the same time share one flush to the disk, and a write ends
/// when the disk has it. A replaced item's old bytes stay in the file.</para>
/// <para>Any number of processes may read; the first write takes a lock that keeps other writers out until the store
/// is disposed. Safe for use from several threads.</para>
/// </remarks>
public sealed class FileEmbeddingStore : IEmbeddingStore, IDisposable
{
    internal const string SegmentName = "embeddings.bin";
    internal const string ManifestName = "manifest.json";
    internal const string LockName = "writer.lock";

    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<MediaId, int> _ordinals = [];
    private readonly List<EmbeddingSegment.Place> _places = [];
    private EmbeddingSegment? _segment;
    private EmbeddingSegment? _replaced; // closed at the end: a reader may still hold it
    private FileStream? _writerLock;
    private WriteBatch? _pending;
    private Task _saver = Task.CompletedTask;
    private bool _disposed;

    /// <summary>Opens a folder, or plans a new one: nothing is written before the first item.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="fingerprint">What makes the embeddings; must be that of the embeddings in the folder.</param>
    /// <param name="logger">Told about repairs; may be null.</param>
    /// <exception cref="EmbeddingStoreException">The folder belongs to another model, lacks its manifest, or is damaged.</exception>
    public FileEmbeddingStore(string directory, EmbeddingFingerprint fingerprint, ILogger<FileEmbeddingStore>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(fingerprint);
        _folder = Path.GetFullPath(directory);
        _logger = logger ?? NullLogger<FileEmbeddingStore>.Instance;
        Fingerprint = fingerprint;
        RequireSameFingerprint();
        OpenForReading();
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
                return _places.Count;
            }
        }
    }

    private string ManifestPath => Path.Combine(_folder, ManifestName);

    private string SegmentPath => Path.Combine(_folder, SegmentName);

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
    /// <exception cref="IOException">The disk is full or fails; nothing of the item is kept.</exception>
    public ValueTask WriteAsync(MediaId id, EmbeddingSet item, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoredShape.Require(_folder, Fingerprint, id, item);
        var record = EmbeddingRecord.Encode(id, item);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _pending ??= new WriteBatch();
            _pending.Add(id, record, item.Frames);
            if (_saver.IsCompleted)
            {
                _saver = Task.Run(SavePending, CancellationToken.None);
            }

            return new ValueTask(_pending.Saved.Task);
        }
    }

    /// <inheritdoc/>
    public ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        EmbeddingSegment.Place place;
        EmbeddingSegment segment;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_ordinals.TryGetValue(id, out var ordinal))
            {
                return ValueTask.FromResult<EmbeddingSet?>(null);
            }

            (place, segment) = (_places[ordinal], _segment!);
        }

        return ValueTask.FromResult<EmbeddingSet?>(segment.Read(place));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeyValuePair<MediaId, EmbeddingSet>> ReadAllAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        EmbeddingSegment.Place[] places;
        Func<EmbeddingSegment.Place, EmbeddingSet> read;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            (places, read) = ([.. _places], _segment?.Reader() ?? (_ => throw new InvalidOperationException()));
        }

        foreach (var place in places)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return KeyValuePair.Create(place.Id, read(place));
        }
    }

    /// <summary>Waits for pending writes, then closes the files and lets another writer in.</summary>
    public void Dispose()
    {
        Task saver;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            saver = _saver;
        }

        saver.GetAwaiter().GetResult();
        _replaced?.Dispose();
        _segment?.Dispose();
        _writerLock?.Dispose();
    }

    private void RequireSameFingerprint()
    {
        if (StoreManifest.Read(_folder, ManifestPath) is { } manifest)
        {
            var differences = Fingerprint.DifferencesFrom(manifest.Fingerprint);
            if (differences.Count > 0)
            {
                throw new EmbeddingStoreException(
                    _folder,
                    $"its embeddings were made otherwise than this pipeline makes them. {string.Join("; ", differences)}. "
                    + "Use the model it was made with, or another folder.");
            }
        }
        else if (File.Exists(SegmentPath))
        {
            throw new EmbeddingStoreException(_folder, $"{SegmentName} is there without its {ManifestName}, so nobody knows which model made it. Restore the manifest, or use another folder.");
        }
    }

    private void OpenForReading()
    {
        if (File.Exists(SegmentPath))
        {
            _segment = EmbeddingSegment.Open(_folder, SegmentPath, Fingerprint, write: false);
            _segment.Scan(0, Publish);
        }
    }

    private void SavePending()
    {
        while (true)
        {
            WriteBatch batch;
            lock (_gate)
            {
                if (_pending is null)
                {
                    _saver = Task.CompletedTask;
                    return;
                }

                (batch, _pending) = (_pending, null);
            }

            try
            {
                Save(batch);
                batch.Saved.SetResult();
            }
            catch (Exception error)
            {
                batch.Saved.SetException(error);
            }
        }
    }

    private void Save(WriteBatch batch)
    {
        if (_writerLock is null)
        {
            BecomeWriter();
        }

        var offset = _segment!.Append(batch.Records);
        lock (_gate)
        {
            foreach (var (id, bodyLength, frames) in batch.Items)
            {
                Publish(new EmbeddingSegment.Place(id, offset, bodyLength, frames));
                offset += EmbeddingRecord.HeadSize + bodyLength;
            }
        }
    }

    private void BecomeWriter()
    {
        Directory.CreateDirectory(_folder);
        var writerLock = TakeLock();
        try
        {
            RequireSameFingerprint();
            if (!File.Exists(ManifestPath))
            {
                new StoreManifest(StoreManifest.FormatName, StoreManifest.CurrentVersion, Fingerprint).Write(ManifestPath);
            }

            TakeOverSegment();
            _writerLock = writerLock;
        }
        catch
        {
            writerLock.Dispose();
            throw;
        }
    }

    /// <summary>Reads what other writers appended since the store was opened, and drops an unfinished end.</summary>
    private void TakeOverSegment()
    {
        var segment = EmbeddingSegment.Open(_folder, SegmentPath, Fingerprint, write: true);
        try
        {
            lock (_gate)
            {
                var unfinished = segment.Scan(_segment?.End ?? 0, Publish);
                if (unfinished > 0)
                {
                    _logger.UnfinishedRecordDropped(_folder, segment.End, unfinished);
                    segment.TruncateToEnd();
                }

                (_replaced, _segment) = (_segment, segment);
            }
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    private FileStream TakeLock()
    {
        try
        {
            return new FileStream(Path.Combine(_folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new EmbeddingStoreException(_folder, "another writer has it open. Only one process may embed into a store at a time.", error);
        }
    }

    private void Publish(EmbeddingSegment.Place place)
    {
        if (_ordinals.TryAdd(place.Id, _places.Count))
        {
            _places.Add(place);
        }
        else
        {
            _places[_ordinals[place.Id]] = place;
        }
    }

    /// <summary>Items that share one flush.</summary>
    private sealed class WriteBatch
    {
        public TaskCompletionSource Saved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<ReadOnlyMemory<byte>> Records { get; } = [];

        public List<(MediaId Id, int BodyLength, int Frames)> Items { get; } = [];

        public void Add(MediaId id, byte[] record, int frames)
        {
            Records.Add(record);
            Items.Add((id, record.Length - EmbeddingRecord.HeadSize, frames));
        }
    }
}
