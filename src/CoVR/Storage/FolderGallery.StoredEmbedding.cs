namespace CoVR.Storage;

public sealed partial class FolderGallery
{
    /// <summary>A record in the files of a <see cref="FolderGallery"/>, perhaps damaged.</summary>
    /// <remarks>Safe for use from several threads.</remarks>
    public sealed class StoredEmbedding
    {
        private readonly Func<EmbeddingSet>? _read;

        private StoredEmbedding(MediaId? id, string file, int frames, string? damage, Func<EmbeddingSet>? read) =>
            (Id, File, Frames, Damage, _read) = (id, file, frames, damage, read);

        /// <summary>The item; null for bytes that are no record.</summary>
        public MediaId? Id { get; }

        /// <summary>The file that holds it.</summary>
        public string File { get; }

        /// <summary>F; 0 when the record is damaged.</summary>
        public int Frames { get; }

        /// <summary>What is wrong with it, as far as known without reading its values; null if nothing.</summary>
        public string? Damage { get; }

        /// <summary>Reads its numbers and compares their checksum.</summary>
        /// <returns>[F, Q, D].</returns>
        /// <exception cref="GalleryException">It is damaged.</exception>
        public EmbeddingSet Read() => _read is null ? throw new GalleryException(File, Damage!) : _read();

        /// <summary>The newest record of every item and all damaged places of a folder.</summary>
        internal static IEnumerable<StoredEmbedding> In(string folder, EmbeddingFingerprint fingerprint)
        {
            using var index = FolderIndex.Load(folder, fingerprint);
            foreach (var record in index.Entries.OrderBy(record => record.Segment.Files.Name, StringComparer.Ordinal).ThenBy(record => record.Offset))
            {
                yield return new StoredEmbedding(record.Id, record.Segment.Files.SegmentPath, record.Frames, null, () => Read(record, fingerprint));
            }

            foreach (var damage in index.Damage.Concat(index.Segments.SelectMany(segment => segment.UnfinishedDamage)))
            {
                yield return new StoredEmbedding(damage.Id, damage.Segment.Files.SegmentPath, 0, damage.ToException().Reason, null);
            }
        }

        private static EmbeddingSet Read(StoredRecord record, EmbeddingFingerprint fingerprint)
        {
            using var segment = SegmentFile.Open(record.Segment.Files, fingerprint);
            return segment.ReadEmbedding(record);
        }
    }
}
