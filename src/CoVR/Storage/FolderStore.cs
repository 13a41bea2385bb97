using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CoVR.Storage;

/// <summary>The state of a folder's gallery: the contents of its files as last read, and the writer of one segment.</summary>
/// <remarks>Safe for use from several threads. Opened by the first call of <see cref="Refresh"/>, which must precede all others.</remarks>
internal sealed partial class FolderStore(string folder, EmbeddingFingerprint? expected, FolderGalleryOptions options, ILogger logger) : IDisposable
{
    private readonly SegmentFiles _own = new(folder, SegmentFiles.RequireName(options.Segment));

    // _work is held while files are read or written, _state only while the index is read or changed. Lock order: _work, then _state.
    private readonly Lock _work = new();
    private readonly Lock _state = new();
    private EmbeddingFingerprint? _fingerprint;
    private RowForm? _form;
    private FolderIndex? _index;
    private volatile FolderRows? _rows;
    private FileStream? _lock;
    private long _lastLook;
    private bool _disposed;

    /// <summary>Called before each step that changes a file; a test may throw.</summary>
    public Action<string>? Step { get; set; }

    public EmbeddingFingerprint Fingerprint => _fingerprint!;

    /// <summary>Opens the folder, or reads what other processes wrote if the last refresh is too long ago.</summary>
    /// <exception cref="GalleryException">The folder belongs to another model, lacks its manifest, or cannot be read.</exception>
    public void Refresh() => Work(() =>
    {
        if (!IsFresh)
        {
            Look();
        }
    });

    /// <summary>Whether the folder is open.</summary>
    public bool IsOpen => Volatile.Read(ref _lastLook) > 0;

    /// <summary>Whether the last refresh is recent enough.</summary>
    public bool IsFresh => Volatile.Read(ref _lastLook) is > 0 and var last && Stopwatch.GetElapsedTime(last) < options.Staleness;

    /// <summary>Looks something up in the state.</summary>
    public T Read<T>(Func<FolderIndex, T> read)
    {
        lock (_state)
        {
            return read(_index!);
        }
    }

    /// <summary>Reads the current data of a record's item, wherever compaction moved it.</summary>
    /// <exception cref="ObjectDisposedException">The item was replaced or is being moved: look it up again.</exception>
    public EmbeddingSet ReadEmbedding(StoredRecord record)
    {
        var now = Read(index => index.Find(record.Id));
        ObjectDisposedException.ThrowIf(now?.Sequence != record.Sequence, typeof(StoredRecord));
        return now!.Segment.ReadEmbedding(now);
    }

    /// <summary>The searchable rows; read at the first call.</summary>
    public FolderRows Rows(CancellationToken cancellationToken)
    {
        if (_rows is { } ready)
        {
            return ready;
        }

        lock (_work)
        {
            MakeParts(ItemsOfPart, cancellationToken);
            return _rows ??= ReadRows(cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (_work)
        {
            _disposed = true;
            _index?.Dispose();
            _lock?.Dispose();
        }
    }

    private void Look()
    {
        var now = Stopwatch.GetTimestamp();
        if (_index is null)
        {
            Open();
        }
        else if (_index.IsCurrent())
        {
            var (records, damage) = _index.Scan();
            Publish(records, damage);
        }
        else
        {
            Reload();
        }

        if (_rows is not null)
        {
            MakeParts(ItemsOfPart, CancellationToken.None);
        }

        Volatile.Write(ref _lastLook, now);
    }

    private void Open()
    {
        var manifest = FolderManifest.Find(folder, expected);
        _fingerprint = expected ?? manifest?.Fingerprint ?? throw FolderManifest.Missing(folder);
        if (manifest is { Version: < FolderManifest.CurrentVersion })
        {
            logger.OldGallery(folder, manifest.Version, FolderManifest.CurrentVersion);
        }

        _form = new RowForm(_fingerprint, options);
        _index = FolderIndex.Load(folder, _fingerprint, UsesParts ? _form : null);
    }

    /// <summary>Rereads all files because one of them was replaced; rows of unchanged items are kept.</summary>
    private void Reload()
    {
        FolderManifest.Read(folder, _fingerprint);
        var next = FolderIndex.Load(folder, Fingerprint, UsesParts ? _form : null);
        var (changed, gone) = _index!.ChangesTo(next);
        FolderIndex before;
        lock (_state)
        {
            (before, _index) = (_index, next);
        }

        ChangeRows(changed, gone);
        before.Dispose();
    }

    private void Publish(IReadOnlyList<StoredRecord> records, IReadOnlyList<RecordDamage> damage)
    {
        List<StoredRecord> changed;
        lock (_state)
        {
            changed = _index!.Apply(records, damage);
        }

        if (changed.Count > 0)
        {
            ChangeRows(changed, []);
        }
    }

    private void ChangeRows(IEnumerable<StoredRecord> changed, IEnumerable<MediaId> gone)
    {
        try
        {
            _rows?.Change(changed, gone);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or GalleryException)
        {
            // The change itself succeeded; the next search rereads the rows or reports what is wrong.
            _rows = null;
        }
    }

    private void Work(Action action)
    {
        lock (_work)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(FolderGallery));
            try
            {
                action();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new GalleryException(folder, $"its files cannot be read or written: {error.Message} Nothing of an unfinished write is kept. Free some space or correct the permissions, and try again.", error);
            }
        }
    }
}
