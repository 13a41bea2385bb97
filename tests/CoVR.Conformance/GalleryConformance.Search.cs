using Xunit;

namespace CoVR.Conformance;

public abstract partial class GalleryConformance
{
    [Fact]
    public async Task SearchAsync_OfManyQueries_RanksAsComparingEveryPair()
    {
        var entries = Numbered(400);
        await using var gallery = await FilledExactAsync(entries);
        var queries = Enumerable.Range(1000, 20).Select(Item).ToArray();
        var results = await gallery.SearchAsync([.. queries.Select(query => new GalleryQuery(query, new SearchOptions { Top = 25 }))], Token);
        for (var q = 0; q < queries.Length; q++)
        {
            AssertHits(Ranked(queries[q], entries).Take(25), results[q].Hits);
            Assert.True(results[q].IsExact);
        }
    }

    [Fact]
    public async Task SearchAsync_OfOneQuery_EqualsItsPlaceInABatch()
    {
        await using var gallery = await FilledExactAsync(Numbered(200));
        var queries = Enumerable.Range(1000, 9).Select(seed => new GalleryQuery(Item(seed), new SearchOptions { Top = 1 + (seed % 5) })).ToArray();
        var batch = await gallery.SearchAsync(queries, Token);
        for (var q = 0; q < queries.Length; q++)
        {
            Assert.Equal((await SearchAsync(gallery, queries[q].Embedding, queries[q].Options)).Hits, batch[q].Hits);
        }
    }

    [Fact]
    public async Task SearchAsync_OfItemsWithSeveralFrames_RanksAsTheScore()
    {
        GalleryEntry[] entries = [.. Enumerable.Range(0, 80).Select(i => Full($"{i}", i, 1 + (i % 4)))];
        await using var gallery = await FilledExactAsync(entries);
        AssertHits(Ranked(Item(1000), entries).Take(30), (await SearchAsync(gallery, Item(1000), new SearchOptions { Top = 30 })).Hits);
    }

    [Fact]
    public async Task SearchAsync_AfterReplacementsAndRemovals_RanksWhatIsThere()
    {
        var entries = Numbered(300).ToDictionary(entry => entry.Id);
        await using var gallery = await FilledExactAsync([.. entries.Values]);
        for (var i = 0; i < 300; i += 3)
        {
            entries[Id(i)] = new GalleryEntry(Id(i), Item(5000 + i));
            entries.Remove(Id(i + 1));
        }

        await gallery.UpsertAsync([.. entries.Values.Where((_, i) => i % 2 == 0)], Token);
        await gallery.RemoveAsync([.. Enumerable.Range(0, 100).Select(i => Id((3 * i) + 1))], Token);
        AssertHits(Ranked(Item(1), await gallery.GetAsync([.. entries.Keys], Token)), (await SearchAsync(gallery, Item(1), new SearchOptions { Top = 1000 })).Hits);
    }

    [Fact]
    public async Task SearchAsync_OfEqualItems_OrdersThemByIdentity()
    {
        string[] ids = ["b", "B", "a", "é", "Z", "10", "9", "z/1", "z", "_", "a b", "aa"];
        await using var gallery = await FilledAsync([.. ids.Take(6).Select(id => new GalleryEntry(new MediaId(id), Item(1)))]);
        await gallery.UpsertAsync([.. ids.Skip(6).Select(id => new GalleryEntry(new MediaId(id), Item(1)))], Token);
        await gallery.UpsertAsync([new GalleryEntry(new MediaId("a"), Item(1))], Token);
        foreach (var top in new[] { 1, 3, 5, 12 })
        {
            var hits = (await SearchAsync(gallery, Item(2), new SearchOptions { Top = top })).Hits;
            Assert.Equal(ids.Select(id => new MediaId(id)).Order().Take(top), hits.Select(hit => hit.Id));
        }
    }

    [Fact]
    public async Task SearchAsync_WithExclusions_ReturnsTheNextBest()
    {
        var entries = Numbered(60);
        await using var gallery = await FilledExactAsync(entries);
        var ranked = Ranked(Item(1000), entries).ToArray();
        var excluded = ranked.Take(3).Select(pair => pair.Id).Append(new MediaId("nobody")).ToHashSet();
        var result = await SearchAsync(gallery, Item(1000), new SearchOptions { Top = 5, Exclude = excluded });
        AssertHits(ranked.Skip(3).Take(5), result.Hits);
        Assert.Equal(57, result.Candidates);
    }

    [Fact]
    public async Task SearchAsync_WithEverythingExcluded_ReturnsNothing()
    {
        await using var gallery = await FilledAsync(Numbered(3));
        var result = await SearchAsync(gallery, Item(1), new SearchOptions { Exclude = new HashSet<MediaId> { Id(0), Id(1), Id(2) } });
        Assert.Equal((0, 0L), (result.Hits.Count, result.Candidates));
    }

    [Fact]
    public async Task SearchAsync_ByPages_GivesTheWholeRanking()
    {
        var entries = Numbered(25);
        await using var gallery = await FilledExactAsync(entries);
        List<SearchHit> pages = [];
        for (var offset = 0; offset <= 30; offset += 10)
        {
            pages.AddRange((await SearchAsync(gallery, Item(1000), new SearchOptions { Top = 10, Offset = offset })).Hits);
        }

        AssertHits(Ranked(Item(1000), entries), pages);
    }

    [Fact]
    public async Task SearchAsync_ForMoreThanThereIs_ReturnsEverything()
    {
        await using var gallery = await FilledAsync(Numbered(7));
        Assert.Equal(7, (await SearchAsync(gallery, Item(1), new SearchOptions { Top = int.MaxValue })).Hits.Count);
        Assert.Equal(2, (await SearchAsync(gallery, Item(1), new SearchOptions { Top = int.MaxValue, Offset = 5 })).Hits.Count);
    }

    [Fact]
    public async Task SearchAsync_WithAMinimumScore_LeavesOutWhatIsBelow()
    {
        var entries = Numbered(50);
        await using var gallery = await FilledExactAsync(entries);
        var ranked = Ranked(Item(1000), entries).ToArray();
        var result = await SearchAsync(gallery, Item(1000), new SearchOptions { Top = 20, Offset = 2, MinimumScore = ranked[7].Score - Tolerance });
        AssertHits(ranked[2..8], result.Hits, firstRank: 3);
        Assert.Equal(50, result.Candidates);
    }

    [Fact]
    public async Task SearchAsync_OfAVideo_TellsTheMomentOfItsMostSimilarFrame()
    {
        var (video, picture, timeless) = (Full("video", 3, 4), new GalleryEntry(new MediaId("picture"), Item(4)), Full("timeless", 5, 2) with { FrameTimes = [] });
        await using var gallery = await FilledAsync([video, picture, timeless]);
        var size = Vectors * Dimensions;
        for (var frame = 0; frame < 4; frame++)
        {
            var query = new EmbeddingSet(video.Embedding.Values.Slice(frame * size, size), Vectors, Dimensions);
            var best = Enumerable.Range(0, 4).MaxBy(f => Score(query, new EmbeddingSet(video.Embedding.Values.Slice(f * size, size), Vectors, Dimensions)));
            var hits = (await SearchAsync(gallery, query, SearchOptions.Default)).Hits.ToDictionary(hit => hit.Id, hit => hit.Moment);
            Assert.Equal(video.FrameTimes[best], hits[video.Id]?.Best);
            Assert.True(hits[video.Id]?.Start <= video.FrameTimes[best] && hits[video.Id]?.End >= video.FrameTimes[best]);
            Assert.Null(hits[picture.Id]);
            Assert.Null(hits[timeless.Id]);
        }
    }

    [Theory]
    [InlineData("dimensions")]
    [InlineData("frames")]
    [InlineData("not a number")]
    [InlineData("top")]
    [InlineData("offset")]
    public async Task SearchAsync_OfAQueryThatDoesNotFit_IsRefused(string fault)
    {
        var values = Item(1).Values.ToArray();
        values[0] = float.NaN;
        var query = fault switch
        {
            "dimensions" => SampleEmbeddings.Next(new Random(1), Vectors, Dimensions + 1),
            "frames" => SampleEmbeddings.Next(new Random(1), Vectors, Dimensions, frames: 2),
            "not a number" => new EmbeddingSet(values, Vectors, Dimensions),
            _ => Item(1),
        };
        var options = fault switch
        {
            "top" => new SearchOptions { Top = 0 },
            "offset" => new SearchOptions { Offset = -1 },
            _ => SearchOptions.Default,
        };
        await using var gallery = await FilledAsync(Numbered(3));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await gallery.SearchAsync([new GalleryQuery(query, options)], Token));
    }

    [Fact]
    public async Task SearchAsync_LeavesNoTensorsBehind()
    {
        await using var gallery = await FilledAsync(Numbered(6000));
        var queries = Enumerable.Range(0, 100).Select(seed => new GalleryQuery(Item(seed), SearchOptions.Default)).ToArray();
        await gallery.SearchAsync(queries, Token);
        var before = LiveTensors.Settled();
        await gallery.SearchAsync(queries, Token);
        await SearchAsync(gallery, Item(1), SearchOptions.Default);
        LiveTensors.AssertNoMoreThan(before);
    }

    private async Task<IGallery> FilledExactAsync(IReadOnlyList<GalleryEntry> entries)
    {
        var gallery = await FilledAsync(entries);
        if ((await gallery.GetInfoAsync(Token)).IsExact)
        {
            return gallery;
        }

        await gallery.DisposeAsync();
        Assert.Skip("This gallery is approximate.");
        return gallery;
    }
}
