namespace CoVR;

/// <summary>Writes damaged segments anew with the records that are whole.</summary>
internal static class SegmentSalvage
{
    public const string DamagedExtension = ".damaged";

    /// <summary>Goes through the segments of a folder.</summary>
    /// <returns>How many records and damaged places were left out.</returns>
    public static int Run(string folder, IReadOnlySet<MediaId> unusable, CancellationToken cancellationToken)
    {
        var fingerprint = EmbeddingFolder.Open(folder) is { Kind: EmbeddingFolderKind.Store, Fingerprint: { } made }
            ? made
            : throw new EmbeddingStoreException(folder, "the folder is a tree of .pth files, not a store: delete the damaged files and embed their items again.");
        var dropped = 0;
        foreach (var segment in SegmentFiles.In(folder))
        {
            using var held = segment.TakeLock();
            dropped += Salvage(folder, segment.SegmentPath, fingerprint, unusable, cancellationToken);
        }

        return dropped;
    }

    private static int Salvage(string folder, string path, EmbeddingFingerprint fingerprint, IReadOnlySet<MediaId> unusable, CancellationToken cancellationToken)
    {
        var whole = path + ".salvage";
        var dropped = 0;
        try
        {
            using (var source = EmbeddingSegment.Open(folder, path, fingerprint, write: false))
            using (var target = new FileStream(whole, FileMode.Create, FileAccess.Write))
            {
                foreach (var (_, place, _) in SegmentInspection.Places(path, fingerprint))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    dropped += place is { } record && !unusable.Contains(record.Id) && TryCopy(source, record, target) ? 0 : 1;
                }

                target.Flush(flushToDisk: true);
            }

            if (dropped > 0)
            {
                // A second name first, so that the segment is there at every moment.
                File.Copy(path, path + DamagedExtension, overwrite: true);
                File.Move(whole, path, overwrite: true);
            }

            return dropped;
        }
        finally
        {
            File.Delete(whole);
        }
    }

    private static bool TryCopy(EmbeddingSegment source, EmbeddingSegment.Place place, FileStream target)
    {
        try
        {
            target.Write(source.ReadRecord(place));
            return true;
        }
        catch (EmbeddingStoreException)
        {
            return false;
        }
    }
}
