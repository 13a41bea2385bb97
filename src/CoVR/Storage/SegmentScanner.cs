using Microsoft.Win32.SafeHandles;

namespace CoVR.Storage;

/// <summary>Reads the records of a segment and continues after damaged ones.</summary>
internal static class SegmentScanner
{
    private const int Step = 1 << 16;

    /// <summary>The records from an offset on, and the damaged places.</summary>
    /// <param name="file">The file.</param>
    /// <param name="segment">The segment that the records belong to.</param>
    /// <param name="from">The offset to start at.</param>
    /// <param name="window">The read size, in bytes.</param>
    public static IEnumerable<(StoredRecord? Record, RecordDamage? Damage)> Walk(SafeFileHandle file, SegmentFile segment, long from, int window)
    {
        var bytes = new SegmentWindow(file, window);
        var length = RandomAccess.GetLength(file);
        for (var at = from; at < length;)
        {
            if (HeaderAt(bytes, at, length) is { } size)
            {
                yield return Read(bytes.Read(at, size), segment, at);
                at += size;
                continue;
            }

            var next = NextHeader(bytes, at + 1, length);
            if (next < length || !IsBlank(bytes, at, length))
            {
                var reason = next < length ? $"the next {next - at} bytes are not a record" : $"the file ends with {length - at} bytes that are not a complete record";
                yield return (null, new RecordDamage(segment, at, null, reason));
            }

            at = next;
        }
    }

    private static (StoredRecord? Record, RecordDamage? Damage) Read(ReadOnlySpan<byte> record, SegmentFile segment, long at)
    {
        if (!RecordFormat.IsWhole(record))
        {
            return (null, new RecordDamage(segment, at, RecordFormat.GuessId(record), "its checksum is wrong"));
        }

        try
        {
            if (RecordFormat.Read(record, segment, at) is not { } read)
            {
                return (null, new RecordDamage(segment, at, RecordFormat.GuessId(record), "it is inconsistent or does not fit the manifest"));
            }

            segment.Keep(read, record);
            return (read, null);
        }
        catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException)
        {
            return (null, new RecordDamage(segment, at, null, error.Message));
        }
    }

    /// <summary>The length of the record whose header is there; null if there is none or the file ends before the record does.</summary>
    private static int? HeaderAt(SegmentWindow bytes, long at, long length) =>
        length - at >= RecordFormat.HeaderLength
            && RecordFormat.TryReadHeader(bytes.Read(at, RecordFormat.HeaderLength), out var payload)
            && payload <= length - at - RecordFormat.HeaderLength
                ? payload + RecordFormat.HeaderLength
                : null;

    /// <summary>The next offset with a valid header; the end of the file if there is none.</summary>
    private static long NextHeader(SegmentWindow bytes, long from, long length)
    {
        for (var at = from; at < length; at += Step)
        {
            var count = (int)Math.Min(Step + RecordFormat.HeaderLength, length - at);
            var marks = Marks(bytes.Read(at, count));
            foreach (var mark in marks)
            {
                if (HeaderAt(bytes, at + mark, length) is not null)
                {
                    return at + mark;
                }
            }
        }

        return length;
    }

    private static List<int> Marks(ReadOnlySpan<byte> bytes)
    {
        var marks = new List<int>();
        for (var at = 0; bytes[at..].IndexOf(RecordFormat.MarkStart) is >= 0 and var next; at += next + 1)
        {
            marks.Add(at + next);
        }

        return marks;
    }

    /// <summary>Whether only zeros follow: space reserved but never written before a crash.</summary>
    private static bool IsBlank(SegmentWindow bytes, long from, long length)
    {
        for (var at = from; at < length; at += Step)
        {
            if (bytes.Read(at, (int)Math.Min(Step, length - at)).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }
}
