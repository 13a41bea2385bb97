using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CoVR;

/// <summary>The state of a folder's gallery: what its files hold, as last looked at, and the writer of one segment.</summary>
/// <remarks>Safe for use from several threads. Opened by the first call of <see cref="Refresh"/>, which must come before the others.</remarks>
internal sealed class FolderStore(string folder, EmbeddingFingerprint? expected, FolderGalleryOptions options, ILogger logger) : IDisposable
{
    /// <summary>Fewer dead bytes are not worth a new file.</summary>
    private const long LeastDeadBytes = 1 << 16;

    private readonly SegmentFiles _own = new(folder, SegmentFiles.RequireName(options.Segment));

    // _work is held while files are read or written, _state only while the index is looked at or changed. Whoever holds both took _work first.
    private readonly Lock _work = new();
    private readonly Lock _state = new();
    private EmbeddingFingerprint? _fingerprint;
    private FolderIndex? _index;
    private volatile FolderRows? _rows;
    private FileStream? _lock;
    private long? _lastLook;

    /// <summary>Told before each step that changes a file; a test may throw.</summary>
    public Action<string>? Step { get; set; }

    public EmbeddingFingerprint Fingerprint => _fingerprint!;

    /// <summary>Opens the folder, or reads what other processes wrote, if the last look is too long ago.</summary>
    /// <exception cref="GalleryException">The folder belongs to another model, lacks its manifest, or cannot be read.</exception>
    public void Refresh()
    {
        lock (_work)
        {
            if (!IsFresh)
            {
                Look();
            }
        }
    }

    public bool IsFresh => _lastLook is { } last && Stopwatch.GetElapsedTime(last) < options.Staleness;

    /// <summary>Looks something up in the state.</summary>
    public T Read<T>(Func<FolderIndex, T> read)
    {
        lock (_state)
        {
            return read(_index!);
        }
    }

    /// <summary>Reads what a record's item holds now, wherever compaction moved it.</summary>
    /// <exception cref="ObjectDisposedException">The item is another one now, or is just being moved: look it up again.</exception>
    public EmbeddingSet ReadEmbedding(StoredRecord record)
    {
        var now = Read(index => index.Find(record.Id));
        ObjectDisposedException.ThrowIf(now?.Sequence != record.Sequence, typeof(StoredRecord));
        return now!.Segment.ReadEmbedding(now);
    }

    /// <summary>The searched rows; read at the first call.</summary>
    public FolderRows Rows(CancellationToken cancellationToken)
    {
        if (_rows is { } ready)
        {
            return ready;
        }

        lock (_work)
        {
            if (_rows is null)
            {
                var rows = new FolderRows(Fingerprint, options, options.IsReadOnly || !Directory.Exists(folder) ? Path.GetTempPath() : folder, ReadEmbedding);
                rows.Fill(_index!.Entries, cancellationToken);
                _rows = rows;
            }

            return _rows;
        }
    }

    /// <summary>Saves writes as one: after a crash all of them are there, or none.</summary>
    /// <exception cref="GalleryException">Another writer has the segment, or the disk is full or fails.</exception>
    public void Save(IReadOnlyList<WriteRequest> requests)
    {
        lock (_work)
        {
            BecomeWriter();
            if (requests[0].DependsOnState)
            {
                Look();
            }

            _index!.RequireWhole();
            Change[] changes = [.. requests.SelectMany(request => request.ChangesOf(_index))];
            if (changes.Length > 0)
            {
                Append(changes);
                CompactWhereMostIsDead();
            }
        }
    }

    /// <summary>Writes the segments anew that hold dead records and have no other writer.</summary>
    public void Compact(CancellationToken cancellationToken)
    {
        lock (_work)
        {
            BecomeWriter();
            Look();
            _index!.RequireWhole();
            foreach (var segment in _index.Segments.Where(segment => _index.DeadBytes(segment) > 0).Select(segment => segment.Files).ToList())
            {
                Compact(segment, cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        lock (_work)
        {
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
            Publish(index => index.Update());
        }
        else
        {
            Reload();
        }

        _lastLook = now;
    }

    private void Open()
    {
        var manifest = FolderManifest.Read(folder, expected);
        if (manifest is null && SegmentFiles.In(folder) is [var segment, ..])
        {
            throw new GalleryException(
                folder, $"{Path.GetFileName(segment.SegmentPath)} is there without its {FolderManifest.FileName}, so nobody knows which model made it. Restore the manifest, or use another folder.");
        }

        _fingerprint = expected ?? manifest?.Fingerprint ?? throw FolderManifest.Missing(folder);
        if (manifest is { Version: < FolderManifest.CurrentVersion })
        {
            logger.OldGallery(folder, manifest.Version, FolderManifest.CurrentVersion);
        }

        _index = FolderIndex.Load(folder, _fingerprint);
    }

    /// <summary>Reads all files anew, because one of them was replaced; items that stayed as they were are not searched anew.</summary>
    private void Reload()
    {
        FolderManifest.Read(folder, _fingerprint);
        var next = FolderIndex.Load(folder, Fingerprint);
        var (changed, gone) = _index!.ChangesTo(next);
        FolderIndex before;
        lock (_state)
        {
            (before, _index) = (_index, next);
        }

        ChangeRows(changed, gone);
        before.Dispose();
    }

    private void Publish(Func<FolderIndex, List<StoredRecord>> change)
    {
        List<StoredRecord> changed;
        lock (_state)
        {
            changed = change(_index!);
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
            // The change itself is done; the next search reads the rows anew, or says what is wrong.
            _rows = null;
        }
    }

    private void BecomeWriter()
    {
        if (_lock is not null)
        {
            return;
        }

        if (options.IsReadOnly)
        {
            throw new GalleryException(folder, "it was opened for reading only. Open it with FolderGalleryOptions.IsReadOnly = false to change it.");
        }

        Directory.CreateDirectory(folder);
        var held = _own.TakeLock();
        try
        {
            FolderManifest.Establish(folder, Fingerprint, logger);
            SegmentCompaction.Clean(_own);
            Look();
            if (_index!.Segments.FirstOrDefault(segment => segment.Files == _own) is { Unfinished: > 0 } segment)
            {
                logger.UnfinishedRecordDropped(_own.SegmentPath, segment.End, segment.Unfinished);
                segment.TruncateToEnd();
            }

            _lock = held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private void Append(IReadOnlyList<Change> changes)
    {
        var old = OldFailures.Read(folder);
        Publish(index =>
        {
            var records = index.Require(_own).Append(
                [.. old.Where(failure => index.Find(failure.Id) is null).Select(Change.Of), .. changes],
                Math.Max(TimeProvider.System.GetUtcNow().Ticks, index.LastSequence + 1),
                Step);
            return [.. records.Where(index.Apply)];
        });
        if (old.Count > 0)
        {
            OldFailures.Delete(folder);
        }
    }

    private void CompactWhereMostIsDead()
    {
        try
        {
            foreach (var files in _index!.Segments.Where(IsMostlyDead).Select(segment => segment.Files).ToList())
            {
                Compact(files, CancellationToken.None);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What was to be written is written.
            logger.CompactionFailed(folder, error);
        }
    }

    private bool IsMostlyDead(SegmentFile segment) => _index!.DeadBytes(segment) is var dead && dead > LeastDeadBytes && dead > segment.End - dead;

    private void Compact(SegmentFiles files, CancellationToken cancellationToken)
    {
        using var held = files == _own ? null : TryLock(files);
        if (files != _own && held is null)
        {
            return;
        }

        if (held is not null)
        {
            // Its last writer may have written until a moment ago.
            Look();
        }

        if (_index!.Segments.FirstOrDefault(segment => segment.Files == files) is { } current)
        {
            SegmentCompaction.Replace(files, _index.Live(current), [], Step, cancellationToken);
            Reload();
        }
    }

    private static FileStream? TryLock(SegmentFiles files)
    {
        try
        {
            return files.TakeLock();
        }
        catch (GalleryException)
        {
            return null;
        }
    }
}
