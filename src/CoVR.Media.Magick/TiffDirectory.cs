using System.Buffers.Binary;

namespace CoVR.Media.Magick;

/// <summary>A directory of a TIFF file, or of a format that is built like one: the whole numbers under its tags.</summary>
internal sealed class TiffDirectory
{
    private const int MaxDirectories = 4096;
    private const ushort SubDirectories = 330;

    private readonly Dictionary<ushort, long[]> _values = [];

    /// <summary>The numbers of a tag; empty if it is missing or holds none.</summary>
    public IReadOnlyList<long> this[ushort tag] => _values.GetValueOrDefault(tag) ?? [];

    /// <summary>How many pages a TIFF file has; reduced pictures and masks are none.</summary>
    public static int CountPages(ReadOnlySpan<byte> file) => ReadAll(file, withChildren: false).Count(directory => (directory[254].FirstOrDefault() & 5) == 0);

    /// <summary>The directories of a file in their order, each before those below it. What is broken is left out.</summary>
    /// <param name="file">The file, or EXIF data without its mark.</param>
    /// <param name="withChildren">Whether the directories below others are read.</param>
    public static IReadOnlyList<TiffDirectory> ReadAll(ReadOnlySpan<byte> file, bool withChildren = true)
    {
        var layout = new Layout(file.StartsWith("MM"u8), file.Length > 3 && (file[2] == 43 || file[3] == 43));
        var (found, seen, open) = (new List<TiffDirectory>(), new HashSet<long>(), new Stack<long>());
        open.Push(layout.Read(file, layout.IsBig ? 8 : 4, layout.IsBig ? 8 : 4));
        while (open.TryPop(out var at) && found.Count < MaxDirectories)
        {
            if (at <= 0 || !seen.Add(at) || layout.Directory(file, at) is not var (directory, next))
            {
                continue;
            }

            found.Add(directory);
            open.Push(next);
            foreach (var child in withChildren ? directory[SubDirectories].Reverse() : [])
            {
                open.Push(child);
            }
        }

        return found;
    }

    /// <summary>How numbers are written: their byte order, and whether offsets have eight bytes.</summary>
    private readonly record struct Layout(bool IsBigEndian, bool IsBig)
    {
        /// <summary>A number; 0 beyond the end of the file.</summary>
        public long Read(ReadOnlySpan<byte> file, long at, int size) => at < 0 || at > file.Length - size ? 0 : (size, IsBigEndian) switch
        {
            (1, _) => file[(int)at],
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(file[(int)at..]),
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(file[(int)at..]),
            (4, true) => BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]),
            (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(file[(int)at..]),
            (_, true) => BinaryPrimitives.ReadInt64BigEndian(file[(int)at..]),
            (_, false) => BinaryPrimitives.ReadInt64LittleEndian(file[(int)at..]),
        };

        /// <summary>The directory at an offset, and the offset of the next one; null if it does not fit into the file.</summary>
        public (TiffDirectory Directory, long Next)? Directory(ReadOnlySpan<byte> file, long at)
        {
            var (head, entry, field) = IsBig ? (8, 20, 8) : (2, 12, 4);
            var count = Read(file, at, head);
            var end = at + head + (count * entry);
            if (count is < 1 or > ushort.MaxValue || at >= file.Length || end > file.Length)
            {
                return null;
            }

            var directory = new TiffDirectory();
            for (var place = at + head; place < end; place += entry)
            {
                directory._values[(ushort)Read(file, place, 2)] = Numbers(file, place, field);
            }

            return (directory, Read(file, end, field));
        }

        private long[] Numbers(ReadOnlySpan<byte> file, long place, int field)
        {
            var size = Read(file, place + 2, 2) switch { 1 or 7 => 1, 3 => 2, 4 or 13 => 4, 16 or 18 => 8, _ => 0 };
            var count = Read(file, place + 4, field);
            if (size == 0 || count < 1 || count > file.Length / size)
            {
                return [];
            }

            var at = count * size <= field ? place + 4 + field : Read(file, place + 4 + field, field);
            if (at < 0 || at > file.Length - (count * size))
            {
                return [];
            }

            var numbers = new long[count];
            for (var i = 0; i < numbers.Length; i++)
            {
                numbers[i] = Read(file, at + (i * size), size);
            }

            return numbers;
        }
    }
}
