using Xunit;

namespace CoVR.Conformance;

public abstract partial class GalleryConformance
{
    /// <summary>The identity of the n-th sample.</summary>
    /// <param name="n">At least 0.</param>
    protected static MediaId Id(int n) => new($"item-{n:D5}");

    /// <summary>Samples of one frame: the n-th is <see cref="Id"/> n with <see cref="EmbeddingSourceConformance.Item"/> n.</summary>
    /// <param name="count">How many.</param>
    protected GalleryEntry[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => new GalleryEntry(Id(i), Item(i)))];

    /// <summary>A gallery with entries.</summary>
    /// <param name="entries">Written in one batch.</param>
    protected async Task<IGallery> FilledAsync(IReadOnlyList<GalleryEntry> entries)
    {
        var gallery = await CreateAsync(Fingerprint);
        await gallery.UpsertAsync(entries, Token);
        return gallery;
    }

    /// <summary>Asks one query.</summary>
    /// <param name="gallery">The gallery.</param>
    /// <param name="query">[1, Q, D].</param>
    /// <param name="options">The query's options.</param>
    protected static async Task<SearchResult> SearchAsync(IGallery gallery, EmbeddingSet query, SearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        return Assert.Single(await gallery.SearchAsync([new GalleryQuery(query, options)], Token));
    }

    /// <summary>All identities that pass a filter.</summary>
    /// <param name="gallery">The gallery.</param>
    /// <param name="filter">Null for all.</param>
    protected static async Task<List<MediaId>> IdsAsync(IGallery gallery, GalleryFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        List<MediaId> ids = [];
        await foreach (var item in gallery.ListAsync(filter, Token))
        {
            ids.Add(item.Id);
        }

        return ids;
    }

    /// <summary>What a search must return: all pairs compared.</summary>
    private IEnumerable<(MediaId Id, float Score)> Ranked(EmbeddingSet query, IEnumerable<GalleryEntry> entries) =>
        entries.Select(entry => (entry.Id, Score: Score(query, entry.Embedding))).OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Id);

    private void AssertHits(IEnumerable<(MediaId Id, float Score)> expected, IReadOnlyList<SearchHit> hits, int firstRank = 1)
    {
        var pairs = expected.ToArray();
        Assert.Equal(pairs.Select(pair => pair.Id), hits.Select(hit => hit.Id));
        Assert.All(pairs.Zip(hits), pair => AssertNear(pair.First.Score, pair.Second.Score));
        Assert.Equal(Enumerable.Range(firstRank, pairs.Length), hits.Select(hit => hit.Rank));
    }

    private void AssertNear(float expected, float actual) => Assert.InRange(actual, expected - Tolerance, expected + Tolerance);

    private static void AssertSame(GalleryEntry expected, GalleryEntry actual)
    {
        Assert.Equal((expected.Id, expected.Properties), (actual.Id, actual.Properties));
        Assert.Equal(expected.FrameTimes, actual.FrameTimes);
        AssertSame(expected.Embedding, actual.Embedding);
    }

    /// <summary>An entry of which everything is known.</summary>
    private GalleryEntry Full(string id, int seed, int frames) => new(new MediaId(id), SampleEmbeddings.Next(new Random(seed), Vectors, Dimensions, frames))
    {
        FrameTimes = [.. Enumerable.Range(0, frames).Select(frame => TimeSpan.FromMilliseconds((seed * 1000) + (frame * 250)))],
        Properties = new GalleryProperties
        {
            Kind = frames > 1 ? MediaKind.Video : MediaKind.Picture,
            Source = $"/photos/{id} 'of' \"2024\".jpg",
            ContentHash = new string('c', 64),
            Size = 5_000_000_000 + seed,
            Taken = Noon.AddHours(-seed),
            Modified = Noon.AddDays(seed),
            Camera = "Ordinary É 1",
            HasLocation = seed % 2 == 0,
            Location = "+48.8584+002.2945/",
            Owner = "Zoë",
            Tags = ["summer", "été", "100%"],
            Metadata = new Dictionary<string, string> { ["album"] = "Zoë's \"100%\"", ["empty"] = "", ["numéro"] = "{\"n\": 1}" },
        },
    };

    private static DateTimeOffset Noon => new(2024, 7, 1, 12, 0, 0, TimeSpan.FromHours(2));
}
