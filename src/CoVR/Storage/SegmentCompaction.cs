using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Storage;

/// <summary>Rewrites segments without the records that no longer count.</summary>
/// <remarks>A new file is written beside the old one, flushed, and renamed over it: an interruption leaves either the old state or the new one.</remarks>
internal static class SegmentCompaction
{
    public const string DamagedExtension = ".damaged";
    private const string TemporaryExtension = ".compact";

    /// <summary>Replaces a segment by a file with the given records.</summary>
    /// <param name="target">The segment; its lock must be held.</param>
    /// <param name="records">The records.</param>
    /// <param name="failures">Failures that are not yet records.</param>
    /// <param name="step">Called before each step that changes a file; a test may throw.</param>
    /// <param name="cancellationToken">Ends the work before the file is replaced.</param>
    /// <param name="keepOld">Whether to keep a copy of the old file.</param>
    public static void Replace(
        SegmentFiles target,
        IEnumerable<StoredRecord> records,
        IEnumerable<EmbeddingFailure> failures,
        Action<string>? step,
        CancellationToken cancellationToken,
        bool keepOld = false)
    {
        var temporary = target.SegmentPath + TemporaryExtension;
        try
        {
            Write(temporary, records, failures, step, cancellationToken);
            if (keepOld)
            {
                step?.Invoke("copy");
                File.Copy(target.SegmentPath, target.SegmentPath + DamagedExtension, overwrite: true);
            }

            step?.Invoke("rename");
            File.Move(temporary, target.SegmentPath, overwrite: true);
            step?.Invoke("delete parts");
            target.DeleteParts(unfinished: false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Write(
        string path, IEnumerable<StoredRecord> records, IEnumerable<EmbeddingFailure> failures, Action<string>? step, CancellationToken cancellationToken)
    {
        step?.Invoke("create");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        Add(SegmentFile.SegmentStart(Guid.NewGuid()), 0);
        foreach (var failure in failures)
        {
            Add(Change.Of(failure), 0);
        }

        foreach (var record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(new Change(record.Kind, record.Id, record.Details, record.Frames > 0 ? record.Segment.ReadEmbedding(record) : null), record.Sequence);
        }

        step?.Invoke("flush");
        file.Flush(flushToDisk: true);

        void Add(Change change, long sequence)
        {
            step?.Invoke("write");
            file.Write(RecordFormat.Encode(change, sequence, index: 0, continues: false));
        }
    }

    /// <summary>Deletes the leftovers of a killed compaction; the segment's lock must be held.</summary>
    public static void Clean(SegmentFiles target) => File.Delete(target.SegmentPath + TemporaryExtension);

    /// <summary>Merges all segments of a folder into one.</summary>
    /// <returns>How many items there are.</returns>
    public static int Merge(string folder, Action<string>? step, CancellationToken cancellationToken)
    {
        using var locked = new LockedFolder(folder);
        locked.Index.RequireWhole();
        Replace(new SegmentFiles(folder, ""), locked.Index.Live(null), OldFailures.Read(folder), step, cancellationToken);
        foreach (var segment in locked.Index.Segments.Where(segment => segment.Files.Name.Length > 0))
        {
            step?.Invoke("delete");
            File.Delete(segment.Files.SegmentPath);
            segment.Files.DeleteParts(unfinished: false);
        }

        OldFailures.Delete(folder);
        return locked.Index.Count;
    }

    /// <summary>Removes damaged records and the given items from a folder's segments.</summary>
    /// <returns>How many records and damaged places were removed.</returns>
    public static int DropDamaged(string folder, IReadOnlySet<MediaId> unusable, CancellationToken cancellationToken)
    {
        using var locked = new LockedFolder(folder);
        var total = 0;
        foreach (var segment in locked.Index.Segments)
        {
            var dropped = locked.Index.Damage.Count(damage => damage.Segment == segment)
                + segment.UnfinishedDamage.Count
                + locked.Index.Entries.Count(record => record.Segment == segment && unusable.Contains(record.Id));
            if (dropped > 0)
            {
                Replace(segment.Files, locked.Index.Live(segment).Where(record => record.Kind != RecordKind.Entry || !unusable.Contains(record.Id)), [], null, cancellationToken, keepOld: true);
            }

            total += dropped;
        }

        return total;
    }

    /// <summary>A folder whose segments are all locked.</summary>
    private sealed class LockedFolder : IDisposable
    {
        private readonly List<IDisposable> _locks = [];

        public LockedFolder(string folder)
        {
            var manifest = FolderManifest.Read(folder) ?? throw FolderManifest.Missing(folder);
            try
            {
                foreach (var files in SegmentFiles.In(folder).Append(new SegmentFiles(folder, "")).DistinctBy(segment => segment.Name))
                {
                    _locks.Add(files.TakeLock());
                }

                FolderManifest.Establish(folder, manifest.Fingerprint, NullLogger.Instance);
                Index = FolderIndex.Load(folder, manifest.Fingerprint);
            }
            catch
            {
                _locks.ForEach(held => held.Dispose());
                throw;
            }
        }

        public FolderIndex Index { get; }

        public void Dispose()
        {
            Index.Dispose();
            _locks.ForEach(held => held.Dispose());
        }
    }
}
