using System.Buffers.Binary;
using System.IO.Hashing;
using CoVR.Storage;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Tests.Storage;

/// <summary>Broken files of a folder gallery: what they hold is found, or it is refused with a <see cref="GalleryException"/>.</summary>
public sealed class GalleryFuzzTests : IAsyncLifetime
{
    private const int Share = 2_000;
    private readonly TemporaryFolder _folder = new();

    private string Segment => _folder["embeddings.bin"];

    public async ValueTask InitializeAsync()
    {
        await using var gallery = new FolderGallery(_folder.FullName, SampleGallery.Fingerprint);
        var cancel = TestContext.Current.CancellationToken;
        await gallery.UpsertAsync([Full("a", 1), SampleGallery.Entry("b", 2), SampleGallery.Entry("caf\u00e9/c", 3)], cancel);
        await gallery.RecordFailuresAsync([new EmbeddingFailure(new MediaId("bad"), "it is empty.", MediaFailure.Empty, DateTimeOffset.UnixEpoch) { Size = 0, Modified = DateTimeOffset.UnixEpoch }], cancel);
        await gallery.RemoveAsync([new MediaId("b")], cancel);
        await gallery.UpsertAsync([Full("a", 4)], cancel);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Open_MutantsOfASegment_AreReadOrRefused()
    {
        var mutator = new ByteMutator([File.ReadAllBytes(Segment)], "CVRG", "CVRE");
        Fuzz.Run("segment", Share, mutator.Make, mutant => IsRead(Segment, mutant), freeBytes: 16 << 20);
    }

    [Fact]
    public void Open_RecordsWithRightChecksums_AreReadOrRefused()
    {
        var records = Records(File.ReadAllBytes(Segment));
        var mutator = new ByteMutator([.. records.Select(record => record[RecordFormat.HeaderLength..])]);
        Fuzz.Run("record", Share, random => [.. records.SelectMany(record => random.Next(4) == 0 ? Record(mutator.Mutate(record[RecordFormat.HeaderLength..], random)) : record)], mutant => IsRead(Segment, mutant), freeBytes: 16 << 20);
    }

    [Fact]
    public void Open_MutantsOfAManifest_AreReadOrRefused()
    {
        var path = FolderManifest.PathIn(_folder.FullName);
        var mutator = new ByteMutator([File.ReadAllBytes(path)], "null", "\"", "{", "}", "[", "]", "-1", "2147483648", "\\ud800", "\"version\"", "\"vectors\"");
        Fuzz.Run("manifest", Share / 2, mutator.Make, mutant => IsRead(path, mutant), freeBytes: 16 << 20, leastShare: 0.005);
    }

    [Theory]
    [InlineData(RecordKind.Entry, new byte[] { 128, 0, 255, 255, 255, 127 }, "promises more values")]
    [InlineData(RecordKind.Entry, new byte[] { 2, 0, 255, 255, 255, 255, 255 }, "text in it is broken")]
    [InlineData(RecordKind.Entry, new byte[] { 0, 128, 2, 0 }, "newer version")]
    [InlineData(RecordKind.Entry, new byte[] { 0, 128, 1, 0, 1, 0, 0, 0, 1, 97 }, "has no value")]
    [InlineData(RecordKind.Failure, new byte[0], "is inconsistent")]
    public void Walk_RecordWithRightChecksumAndWrongDetails_IsDamaged(object kind, byte[] details, string reason)
    {
        var frames = (RecordKind)kind == RecordKind.Entry ? 1 : 0;
        byte[] payload = [.. new byte[8], (byte)(RecordKind)kind, 0, 0, 0, .. new byte[4], .. Number(1), .. Number(details.Length), .. Number(frames), (byte)'x', .. details, .. new byte[frames * 3 * sizeof(float)]];
        File.WriteAllBytes(Segment, Record(payload));
        using var file = File.OpenHandle(Segment);
        using var segment = SegmentFile.Open(SegmentFiles.In(_folder.FullName)[0], SampleGallery.Fingerprint);

        Assert.Contains(reason, Assert.Single(SegmentScanner.Walk(file, segment, 0, 4096)).Damage!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"vectors\": 1", "\"vectors\": 0")]
    [InlineData("\"dimensions\": 3", "\"dimensions\": 2147483647")]
    public async Task Open_ManifestOfImpossibleEmbeddings_IsRefused(string text, string by)
    {
        var path = FolderManifest.PathIn(_folder.FullName);
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Replace(text, by, StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.Contains("numbers", (await Assert.ThrowsAsync<GalleryException>(ReadAsync)).Message, StringComparison.Ordinal);
    }

    private static byte[] Number(int value) => BitConverter.GetBytes(value);

    private static GalleryEntry Full(string id, int value) => SampleGallery.Entry(id, value) with
    {
        Properties = new GalleryProperties
        {
            Kind = MediaKind.Video,
            Source = "a/b.mp4",
            ContentHash = "00ff",
            Size = 12,
            Taken = DateTimeOffset.UnixEpoch,
            Modified = DateTimeOffset.UnixEpoch.AddDays(1),
            Owner = "somebody",
            Tags = [$"{value}", "two"],
            Metadata = new Dictionary<string, string> { ["album"] = "three" },
        },
        FrameTimes = [TimeSpan.FromSeconds(1)],
    };

    private static List<byte[]> Records(ReadOnlySpan<byte> segment)
    {
        List<byte[]> records = [];
        while (RecordFormat.TryReadHeader(segment, out var length))
        {
            records.Add(segment[..(length + RecordFormat.HeaderLength)].ToArray());
            segment = segment[records[^1].Length..];
            if (segment.IsEmpty)
            {
                break;
            }
        }

        return records;
    }

    private static byte[] Record(byte[] payload)
    {
        byte[] record = [.. "CVRG"u8, .. new byte[RecordFormat.HeaderLength - 4], .. payload];
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Crc32.HashToUInt32(payload));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), Crc32.HashToUInt32(record.AsSpan(0, 12)));
        return record;
    }

    private bool IsRead(string path, byte[] mutant)
    {
        File.WriteAllBytes(path, mutant);
        try
        {
            return ReadAsync().GetAwaiter().GetResult();
        }
        catch (GalleryException error)
        {
            Assert.InRange(error.Message.Length, 10, 4_000);
            return false;
        }
    }

    private async Task<bool> ReadAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var gallery = new FolderGallery(_folder.FullName, null, new FolderGalleryOptions { IsReadOnly = true });
        var found = await SampleGallery.IdsAsync(gallery);
        await gallery.GetAsync([.. found.Select(id => new MediaId(id))], cancel);
        await gallery.GetFailuresAsync(cancel);
        await gallery.SearchAsync([new GalleryQuery(SampleGallery.Item(1), new SearchOptions { Top = 2 })], cancel);
        return true;
    }
}
