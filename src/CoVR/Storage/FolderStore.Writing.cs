namespace CoVR.Storage;

internal sealed partial class FolderStore
{
    /// <summary>Fewer dead bytes do not justify a new file.</summary>
    private const long LeastDeadBytes = 1 << 16;

    /// <summary>Saves writes atomically: after a crash all of them are there or none.</summary>
    /// <exception cref="GalleryException">Another writer has the segment, or the disk is full or fails.</exception>
    public void Save(IReadOnlyList<WriteRequest> requests) => Work(() =>
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
            MakeParts(_rows is null ? ItemsOfPart * PartsOfUnsearched : ItemsOfPart, CancellationToken.None);
        }
    });

    /// <summary>Rewrites the segments that hold dead records and have no other writer.</summary>
    public void Compact(CancellationToken cancellationToken) => Work(() =>
    {
        BecomeWriter();
        Look();
        _index!.RequireWhole();
        foreach (var segment in _index.Segments.Where(segment => _index.DeadBytes(segment) > 0).Select(segment => segment.Files).ToList())
        {
            Compact(segment, cancellationToken);
        }
    });

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
            _own.DeleteParts(unfinished: true);
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
        Change[] all = [.. old.Where(failure => _index!.Find(failure.Id) is null).Select(Change.Of), .. changes];
        Publish(_index!.Require(_own).Append(all, Math.Max(TimeProvider.System.GetUtcNow().Ticks, _index.LastSequence + 1), Step), []);
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
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or GalleryException)
        {
            // The pending data is written.
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
            // Its last writer may have just written.
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
