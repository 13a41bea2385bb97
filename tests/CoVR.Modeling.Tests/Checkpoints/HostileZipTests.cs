using System.IO.Compression;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Archives that lie: nothing is unpacked, no name becomes a path, and small files do not stand for large ones.</summary>
public sealed class HostileZipTests : IDisposable
{
    private static readonly byte[] Pickle = PickleBytes.Protocol2.Entry("w").Tensor([4], [1]).EndEntry();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, byte[]> Archives => new()
    {
        { "contains 'a/data/0' twice", RawZip.Make([.. Honest(), Storage()]) },
        { "contains 'a/data.pkl' twice", RawZip.Make([.. Honest(), new("a/data.pkl", Pickle)]) },
        { "2 'data.pkl' entries", RawZip.Make([.. Honest(), new("b/data.pkl", Pickle)]) },
        { "0 'data.pkl' entries", RawZip.Make(new RawEntry("a/b/data.pkl", Pickle), Storage()) },
        { "0 'data.pkl' entries", RawZip.Make(Honest(), new RawEnd { Count = 0 }) },
        { "lacks the storage '0'", RawZip.Make(Honest()[0], new RawEntry("a/data/../data/0", new byte[16])) },
        { "instead of the announced 16", RawZip.Make(Honest()[0], new RawEntry("a/data/0", new byte[12])) },
        { "compressed or encrypted", RawZip.Make(Honest()[0], Bomb(1 << 24)) },
        { "compressed or encrypted", RawZip.Make(Honest()[0] with { Flags = 1 }, Storage()) },
        { "compressed or encrypted", RawZip.Make(Honest()[0], Storage() with { Size = 1L << 40, Wide = true }) },
        { "extends beyond the archive", RawZip.Make(Honest()[0], Storage() with { Size = 1L << 40, Packed = 1L << 40, Wide = true }) },
        { "extends beyond the archive", RawZip.Make(Honest()[0], Storage() with { Size = long.MaxValue, Packed = long.MaxValue, Wide = true }) },
        { "negative size", RawZip.Make(Honest()[0], Storage() with { Size = -1, Packed = -1, Wide = true }) },
        { "within another entry or outside", RawZip.Make(Honest()[0], Storage() with { Offset = -1, Wide = true }) },
        { "within another entry or outside", RawZip.Make(Honest()[0], Storage() with { Offset = 1 << 30 }) },
        { "within another entry or outside", RawZip.Make(Honest()[0], Storage() with { Offset = 0 }) },
        { "within another entry or outside", RawZip.Make([.. Honest(), new("a/data/1", new byte[16]) { Offset = 80 }]) },
        { "has no header", RawZip.Make([Honest()[0] with { Offset = 1 }, Storage()]) },
        { "checksum of 'a/data.pkl'", RawZip.Make(Honest()[0] with { Crc = 1 }, Storage()) },
        { "entry 2 of the archive's directory is damaged", RawZip.Make(Honest(), new RawEnd { Count = 3 }) },
        { "damaged", RawZip.Make(Honest(), new RawEnd { Count = long.MaxValue, Wide = true }) },
        { "lies outside the file", RawZip.Make(Honest(), new RawEnd { Offset = long.MaxValue, Wide = true }) },
        { "lies outside the file", RawZip.Make(Honest(), new RawEnd { Size = -1, Wide = true }) },
        { "truncated", RawZip.Make(Honest(), new RawEnd { Wide = true, WidePosition = long.MaxValue - 10 }) },
        { "truncated", RawZip.Make(Honest(), new RawEnd { Wide = true, WidePosition = -1 }) },
        { "zip64 directory is damaged", RawZip.Make(Honest(), new RawEnd { Wide = true, WidePosition = 0 }) },
    };

    [Theory]
    [MemberData(nameof(Archives))]
    public void Open_LyingArchive_SaysWhatIsWrong(string expected, byte[] archive)
    {
        File.WriteAllBytes(_folder["x.pth"], archive);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.pth"]));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Open_HonestArchive_IsRead()
    {
        File.WriteAllBytes(_folder["x.pth"], RawZip.Make(Honest()));
        File.WriteAllBytes(_folder["wide.pth"], RawZip.Make([.. Honest().Select(entry => entry with { Wide = true })], new RawEnd { Wide = true }));

        Checkpoint.Open(_folder["x.pth"]).Dispose();
        Checkpoint.Open(_folder["wide.pth"]).Dispose();
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 4096)]
    [InlineData(true, ushort.MaxValue)]
    public void Open_BytesBehindTheArchive_AreIgnored(bool wide, int count)
    {
        var archive = wide ? RawZip.Make([.. Honest().Select(entry => entry with { Wide = true })], new RawEnd { Wide = true }) : RawZip.Make(Honest());
        File.WriteAllBytes(_folder["x.pth"], [.. archive, .. Enumerable.Repeat((byte)'\n', count)]);

        using var checkpoint = Checkpoint.Open(_folder["x.pth"]);

        Assert.Equal(["w"], checkpoint.Tensors().Keys);
    }

    [Fact]
    public void Open_PathTraversalNamesAndNestedArchives_StayInert()
    {
        var bomb = RawZip.Make(Enumerable.Range(0, 10).Select(index => Bomb(1 << 20) with { Name = $"{index}.zip" }).ToArray());
        File.WriteAllBytes(_folder["x.pth"], RawZip.Make([.. Honest(), new("../../escaped", [1]), new("/absolute", [1]), new("a/nested.zip", bomb), Bomb(1 << 24) with { Name = "a/unused" }]));

        using (var checkpoint = Checkpoint.Open(_folder["x.pth"]))
        {
            Assert.Equal(["w"], checkpoint.Tensors().Keys);
        }

        Assert.Equal([_folder["x.pth"]], Directory.GetFileSystemEntries(_folder.FullName));
        Assert.False(File.Exists("/absolute"));
    }

    private static RawEntry[] Honest() => [new("a/data.pkl", Pickle), Storage()];

    private static RawEntry Storage() => new("a/data/0", new byte[16]);

    // Zeros, a thousand times smaller than they say.
    private static RawEntry Bomb(int size)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.SmallestSize))
        {
            deflate.Write(new byte[size]);
        }

        return new RawEntry("a/data/0", output.ToArray()) { Method = 8, Size = size };
    }
}
