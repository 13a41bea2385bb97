using CoVR.AspNetCore.Search;

namespace CoVR.AspNetCore.Tests.Search;

public sealed class NearDuplicatesTests
{
    [Fact]
    public void Group_OfEntries_FoldsEqualFilesAndNearlyEqualEmbeddingsOfOneKind()
    {
        GalleryEntry[] entries =
        [
            Entry("a", MediaKind.Picture, "1", 1, 0),
            Entry("b", MediaKind.Picture, "2", 0, 1),
            Entry("like a", MediaKind.Picture, "3", 1, 0.1f),
            Entry("video like a", MediaKind.Video, "4", 1, 0),
            Entry("file of b", MediaKind.Picture, "2", -1, 0),
            Entry("less like a", MediaKind.Picture, "5", 1, 0.3f),
        ];

        Assert.Equal([0, 1, 0, 3, 1, 5], NearDuplicates.Group(entries));
    }

    private static GalleryEntry Entry(string id, MediaKind kind, string hash, float x, float y) =>
        new(new MediaId(id), new EmbeddingSet(new[] { x, y }, 1, 2)) { Properties = new GalleryProperties { Kind = kind, ContentHash = hash } };
}
