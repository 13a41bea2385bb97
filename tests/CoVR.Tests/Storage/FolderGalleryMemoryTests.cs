using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Tests.Storage;

/// <summary>Runs while no other test does, because allocations are counted for the whole process.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

[Collection("alone")]
public sealed class FolderGalleryMemoryTests
{
    private const int Items = 3_000;
    private const int Dimensions = 4_096;
    private const long GalleryBytes = (long)Items * Dimensions * sizeof(float);

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task SearchAsync_OfAGalleryOfManyMegabytes_CopiesNothingOfThatSizeIntoManagedMemory()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.FullName);
        var liveBefore = GC.GetTotalMemory(forceFullCollection: true);
        await using var gallery = new FolderGallery(folder.FullName, null);
        Assert.Equal("item-7", await FindAsync(gallery, 7));
        var kept = GC.GetTotalMemory(forceFullCollection: true) - liveBefore;

        var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal("item-2999", await FindAsync(gallery, 2_999));
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;

        Assert.InRange(kept, long.MinValue, GalleryBytes / 10);
        Assert.InRange(allocated, 0, GalleryBytes / 10);
    }

    private static async Task WriteAsync(string folder)
    {
        await using var gallery = new FolderGallery(folder, new EmbeddingFingerprint("model", "00", "16 pixels", 1, Dimensions));
        foreach (var part in Enumerable.Range(0, Items).Chunk(250))
        {
            await gallery.UpsertAsync([.. part.Select(item => new GalleryEntry(new MediaId($"item-{item}"), Embedding(item)))], Cancel);
        }
    }

    private static async Task<string> FindAsync(FolderGallery gallery, int item) =>
        (await gallery.SearchAsync([new GalleryQuery(Embedding(item), SearchOptions.Default)], Cancel))[0].Hits[0].Id.Value;

    private static EmbeddingSet Embedding(int item)
    {
        var values = new float[Dimensions];
        values[item] = 1;
        return new EmbeddingSet(values, 1, Dimensions);
    }
}
