namespace CoVR.Tests.Storage;

/// <summary>Small entries whose numbers tell which they are.</summary>
internal static class SampleGallery
{
    public static readonly EmbeddingFingerprint Fingerprint = new("model", "00", "16 pixels", 1, 3);

    public static EmbeddingSet Item(int value) => new(new float[] { value, value + 0.25f, 1 }, 1, 3);

    public static GalleryEntry Entry(string id, int value) => new(new MediaId(id), Item(value)) { Properties = new GalleryProperties { Owner = "somebody", Tags = [$"{value}"] } };

    public static async Task<List<string>> IdsAsync(IGallery gallery)
    {
        List<string> ids = [];
        await foreach (var item in gallery.ListAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            ids.Add(item.Id.Value);
        }

        return ids;
    }

    /// <summary>The value of each item, by its embedding; compares embeddings, properties and what a search finds.</summary>
    public static async Task<Dictionary<string, int>> StateAsync(IGallery gallery)
    {
        var ids = await IdsAsync(gallery);
        var entries = await gallery.GetAsync([.. ids.Select(id => new MediaId(id))], TestContext.Current.CancellationToken);
        Assert.All(entries, entry => Assert.Equal($"{(int)entry.Embedding.Values.Span[0]}", entry.Properties.Tags[0]));
        var query = new EmbeddingSet(new float[entries.Count == 0 ? 3 : entries[0].Embedding.Dimensions].Select((_, i) => i == 0 ? 1f : 0).ToArray(), 1, entries.Count == 0 ? 3 : entries[0].Embedding.Dimensions);
        var hits = entries.Count == 0 ? [] : (await gallery.SearchAsync([new GalleryQuery(query, new SearchOptions { Top = int.MaxValue })], TestContext.Current.CancellationToken))[0].Hits;
        var state = entries.ToDictionary(entry => entry.Id.Value, entry => (int)entry.Embedding.Values.Span[0]);
        Assert.Equal(state.OrderBy(pair => pair.Key, StringComparer.Ordinal), hits.Select(hit => KeyValuePair.Create(hit.Id.Value, (int)hit.Score)).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        return state;
    }
}
