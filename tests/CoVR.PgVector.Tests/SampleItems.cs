using CoVR.Conformance;

namespace CoVR.PgVector.Tests;

/// <summary>Repeatable entries and queries.</summary>
internal static class SampleItems
{
    public static readonly EmbeddingFingerprint Fingerprint = Of(16);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static EmbeddingFingerprint Of(int dimensions, int vectors = 1) => new("model", new string('a', 64), "4 pixels", vectors, dimensions);

    public static MediaId Id(int n) => new($"item-{n:D5}");

    public static EmbeddingSet Item(int seed, int dimensions = 16, int vectors = 1, int frames = 1) => SampleEmbeddings.Next(new Random(seed), vectors, dimensions, frames);

    public static GalleryEntry[] Numbered(int count, int dimensions = 16, int vectors = 1) => [.. Enumerable.Range(0, count).Select(i => new GalleryEntry(Id(i), Item(i, dimensions, vectors)))];

    public static async Task<SearchResult> SearchAsync(this IGallery gallery, EmbeddingSet query, SearchOptions? options = null) =>
        Assert.Single(await gallery.SearchAsync([new GalleryQuery(query, options ?? SearchOptions.Default)], Token));

    public static async Task<List<MediaId>> IdsAsync(this IGallery gallery, GalleryFilter? filter = null)
    {
        List<MediaId> ids = [];
        await foreach (var item in gallery.ListAsync(filter, Token))
        {
            ids.Add(item.Id);
        }

        return ids;
    }
}
