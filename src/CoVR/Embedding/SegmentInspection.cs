using Microsoft.Win32.SafeHandles;

namespace CoVR;

/// <summary>Walks the records of a segment file and goes on behind damaged ones, unlike <see cref="EmbeddingSegment"/>, which refuses such a file.</summary>
internal static class SegmentInspection
{
    private const int Step = 1 << 16;
    private const int LongestIdentity = 1 << 16;
    private const int BodyPrefix = 8;

    /// <summary>The records of a file, heads read only.</summary>
    public static IEnumerable<StoredEmbedding> Records(string store, string path, EmbeddingFingerprint fingerprint) =>
        Places(path, fingerprint).Select(found => found.Place is { } place
            ? StoredEmbedding.Record(place.Id, path, place.Offset, values => ([place.Frames, fingerprint.Vectors, fingerprint.Dimensions], values ? Values(store, path, fingerprint, place) : []))
            : StoredEmbedding.Damaged(null, path, found.At, found.Damage!));

    /// <summary>Where records are, and where there should be some.</summary>
    public static IEnumerable<(long At, EmbeddingSegment.Place? Place, string? Damage)> Places(string path, EmbeddingFingerprint fingerprint)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        for (var at = 0L; at < length;)
        {
            if (HeadAt(file, at, length) is not { } bodyLength)
            {
                var next = NextHead(file, at + 1, length);
                if (next < length || !IsBlank(file, at, length))
                {
                    yield return (at, null, next < length ? $"{next - at} bytes from byte {at} on are no record" : $"the file ends with {length - at} bytes that are no whole record");
                }

                at = next;
                continue;
            }

            yield return Record(file, at, bodyLength, fingerprint);
            at += EmbeddingRecord.HeadSize + bodyLength;
        }
    }

    private static (long At, EmbeddingSegment.Place? Place, string? Damage) Record(SafeFileHandle file, long at, int bodyLength, EmbeddingFingerprint fingerprint)
    {
        var start = Bytes(file, at + EmbeddingRecord.HeadSize, Math.Min(bodyLength, BodyPrefix + LongestIdentity));
        return TryReadIdentity(start, bodyLength, fingerprint, out var id, out var frames)
            ? (at, new EmbeddingSegment.Place(id, at, bodyLength, frames), null)
            : (at, null, $"the record at byte {at} contradicts itself or the manifest's {fingerprint.Vectors} x {fingerprint.Dimensions}");
    }

    private static bool TryReadIdentity(byte[] start, int bodyLength, EmbeddingFingerprint fingerprint, out MediaId id, out int frames)
    {
        try
        {
            return EmbeddingRecord.TryReadIdentity(start, bodyLength, fingerprint.Vectors * fingerprint.Dimensions, out id, out frames);
        }
        catch (ArgumentException)
        {
            // The bytes of the name are no text: its checksum, which is compared on reading, would be wrong too.
            (id, frames) = (default, 0);
            return false;
        }
    }

    private static float[] Values(string store, string path, EmbeddingFingerprint fingerprint, EmbeddingSegment.Place place)
    {
        using var segment = EmbeddingSegment.Open(store, path, fingerprint, write: false);
        return segment.Read(place).Values.ToArray();
    }

    private static int? HeadAt(SafeFileHandle file, long at, long length)
    {
        var rest = length - at - EmbeddingRecord.HeadSize;
        return rest >= 0 && EmbeddingRecord.TryReadHead(Bytes(file, at, EmbeddingRecord.HeadSize), out var bodyLength, out _) && bodyLength <= rest ? bodyLength : null;
    }

    /// <summary>The next place whose bytes are a whole head; the file's end when there is none.</summary>
    private static long NextHead(SafeFileHandle file, long from, long length)
    {
        for (var at = from; at < length; at += Step)
        {
            var window = Bytes(file, at, (int)Math.Min(Step + EmbeddingRecord.HeadSize, length - at));
            for (var i = 0; (i = IndexOfMark(window, i)) >= 0 && i < Step; i++)
            {
                if (HeadAt(file, at + i, length) is not null)
                {
                    return at + i;
                }
            }
        }

        return length;
    }

    private static int IndexOfMark(byte[] window, int from)
    {
        var found = window.AsSpan(from).IndexOf("CVRE"u8);
        return found < 0 ? -1 : from + found;
    }

    private static bool IsBlank(SafeFileHandle file, long from, long length)
    {
        for (var at = from; at < length; at += Step)
        {
            if (Bytes(file, at, (int)Math.Min(Step, length - at)).AsSpan().ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    private static byte[] Bytes(SafeFileHandle file, long at, int count)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count && RandomAccess.Read(file, bytes.AsSpan(read), at + read) is > 0 and var some)
        {
            read += some;
        }

        return read == count ? bytes : bytes[..read];
    }
}
