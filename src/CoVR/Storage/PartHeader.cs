using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CoVR.Retrieval;
using Microsoft.Win32.SafeHandles;

namespace CoVR.Storage;

/// <summary>The start of a part's file (<c>docs/decisions/0023-parts.md</c>), as it lies there, and where the sections lie that follow.</summary>
/// <remarks>Numbers are little-endian. The tables come first: hashes of identities in ascending order, the place of the item of each, starts of heads, checksums of rows and of blocks of codes, heads.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct PartHeader
{
    /// <summary>Changes with anything in the file, codes included.</summary>
    public const int CurrentVersion = 1;
    private const ulong CurrentMark = 0x0A54524150525643; // "CVRPART\n"
    private const int Page = 4096;

    public ulong Mark;
    public int Version;
    public int Dimensions;
    public Guid Generation;
    public long Start;
    public long End;
    public long LastRecord;
    public UInt128 LastRecordHeader;
    public long LastSequence;
    public long LiveBytes;
    public long HeadBytes;
    public int Items;
    public int Others;
    public int RowsOfItem;
    public int Unused;
    public ulong TableHash;
    public ulong Hash;

    public PartHeader() => (Mark, Version) = (CurrentMark, CurrentVersion);

    public static int Size { get; } = Unsafe.SizeOf<PartHeader>();

    public readonly int ItemsOfBlock => Math.Max(1, RowBlock.Capacity / RowsOfItem);

    public readonly int Blocks => (Items + ItemsOfBlock - 1) / ItemsOfBlock;

    public readonly int CodesOfBlock => RowCodes.Length(ItemsOfBlock * RowsOfItem, Dimensions);

    public readonly int NumbersOfItem => RowsOfItem * Dimensions;

    public static long HashesAt => Page;

    public readonly long PlacesAt => HashesAt + ((long)Items * sizeof(ulong));

    public readonly long HeadStartsAt => Aligned(PlacesAt + ((long)Items * sizeof(int)), sizeof(long));

    public readonly long RowHashesAt => HeadStartsAt + ((Items + Others + 1L) * sizeof(long));

    public readonly long CodeHashesAt => Aligned(RowHashesAt + ((long)Items * sizeof(uint)), sizeof(ulong));

    public readonly long HeadsAt => CodeHashesAt + ((long)Blocks * sizeof(ulong));

    public readonly long TablesEnd => HeadsAt + HeadBytes;

    public readonly long CodesAt => Aligned(TablesEnd, Page);

    public readonly long RowsAt => Aligned(CodesAt + ((long)Blocks * CodesOfBlock), Page);

    public readonly long Length => RowsAt + ((long)Items * NumbersOfItem * sizeof(float));

    /// <summary>Reads a header whose file is whole as far as it is read at once: all but codes and rows; null if it is not.</summary>
    public static PartHeader? Read(SafeFileHandle file)
    {
        var bytes = new byte[Size];
        if (RandomAccess.Read(file, bytes, 0) < Size)
        {
            return null;
        }

        var header = MemoryMarshal.Read<PartHeader>(bytes);
        return header is { Mark: CurrentMark, Version: CurrentVersion } && header.Hash == header.OwnHash()
            && RandomAccess.GetLength(file) == header.Length && header.TableHash == header.HashTables(file)
                ? header
                : null;
    }

    /// <summary>Writes the header of a file that holds everything else.</summary>
    public void Write(SafeFileHandle file)
    {
        TableHash = HashTables(file);
        Hash = OwnHash();
        RandomAccess.Write(file, MemoryMarshal.AsBytes(new ReadOnlySpan<PartHeader>(in this)), 0);
    }

    private static long Aligned(long offset, int to) => (offset + to - 1) / to * to;

    private readonly ulong OwnHash() => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<PartHeader>(in this))[..^sizeof(ulong)]);

    private readonly ulong HashTables(SafeFileHandle file)
    {
        var hash = new XxHash3();
        var bytes = GC.AllocateUninitializedArray<byte>(1 << 20);
        for (var at = HashesAt; at < TablesEnd;)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(0, (int)Math.Min(bytes.Length, TablesEnd - at)), at);
            if (read == 0)
            {
                break;
            }

            hash.Append(bytes.AsSpan(0, read));
            at += read;
        }

        return hash.GetCurrentHashAsUInt64();
    }
}
