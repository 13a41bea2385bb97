using Xunit;

namespace CoVR.Conformance;

/// <summary>What every index keeps. Approximate indexes override <see cref="IsExact"/>.</summary>
public abstract class CandidateIndexConformance
{
    /// <summary>Makes an empty index.</summary>
    protected abstract ICandidateIndex Create();

    /// <summary>The similarity that the index ranks by: the specification.</summary>
    protected abstract ISimilarity Similarity { get; }

    /// <summary>Q of the items and queries that are tried.</summary>
    protected virtual int Vectors => 1;

    /// <summary>D of the items and queries that are tried.</summary>
    protected virtual int Dimensions => 24;

    /// <summary>Whether rankings must be those of comparing every pair.</summary>
    protected virtual bool IsExact => true;

    [Fact]
    public void Search_OfRandomItems_RanksAsComparingEveryPair()
    {
        Assert.SkipUnless(IsExact, "This index is approximate.");
        var items = SampleEmbeddings.Many(11, 300, Vectors, Dimensions);
        var queries = SampleEmbeddings.Many(12, 20, Vectors, Dimensions);
        var index = Filled(items);
        var found = index.Search(queries, [.. queries.Select(_ => new SearchOptions { Top = 25 })]);
        for (var q = 0; q < queries.Length; q++)
        {
            Assert.Equal(ByPairs(queries[q], items).Take(25), found[q].Select(hit => hit.Id));
        }
    }

    [Fact]
    public void Search_OfOneQuery_EqualsItsPlaceInABatch()
    {
        var items = SampleEmbeddings.Many(13, 200, Vectors, Dimensions);
        var queries = SampleEmbeddings.Many(14, 9, Vectors, Dimensions);
        var index = Filled(items);
        var batch = index.Search(queries, [.. queries.Select(_ => SearchOptions.Default)]);
        for (var q = 0; q < queries.Length; q++)
        {
            Assert.Equal(batch[q], index.Search([queries[q]], [SearchOptions.Default])[0]);
        }
    }

    [Fact]
    public void Search_Hits_HaveRanksFromOneAndFallingScores()
    {
        var hits = Filled(SampleEmbeddings.Many(15, 50, Vectors, Dimensions)).Search(SampleEmbeddings.Many(16, 1, Vectors, Dimensions), [SearchOptions.Default])[0];
        Assert.Equal(Enumerable.Range(1, 10), hits.Select(hit => hit.Rank));
        Assert.Equal(hits.Select(hit => hit.Score).OrderDescending(), hits.Select(hit => hit.Score));
    }

    [Fact]
    public void Search_ForMoreThanThereIs_ReturnsEverything() =>
        Assert.Equal(7, Filled(SampleEmbeddings.Many(17, 7, Vectors, Dimensions)).Search(SampleEmbeddings.Many(18, 1, Vectors, Dimensions), [new SearchOptions { Top = 100 }])[0].Count);

    [Fact]
    public void Search_WithExclusions_ReturnsTheNextBest()
    {
        var items = SampleEmbeddings.Many(19, 60, Vectors, Dimensions);
        var query = SampleEmbeddings.Many(20, 1, Vectors, Dimensions);
        var index = Filled(items);
        var all = index.Search(query, [new SearchOptions { Top = 60 }])[0];
        var excluded = all.Take(3).Select(hit => hit.Id).Append(new MediaId("not in the index")).ToHashSet();
        var rest = index.Search(query, [new SearchOptions { Top = 5, Exclude = excluded }])[0];
        Assert.Equal(all.Skip(3).Take(5).Select(hit => hit.Id), rest.Select(hit => hit.Id));
        Assert.Equal(1, rest[0].Rank);
    }

    [Fact]
    public void Search_WithEverythingExcluded_ReturnsNothing()
    {
        var index = Filled(SampleEmbeddings.Many(21, 3, Vectors, Dimensions));
        var options = new SearchOptions { Exclude = new HashSet<MediaId> { Id(0), Id(1), Id(2) } };
        Assert.Empty(index.Search(SampleEmbeddings.Many(22, 1, Vectors, Dimensions), [options])[0]);
    }

    [Fact]
    public void Search_OfEqualItems_KeepsTheOrderOfAdding()
    {
        var item = SampleEmbeddings.Many(23, 1, Vectors, Dimensions)[0];
        var index = Filled([.. Enumerable.Repeat(item, 200)]);
        var queries = SampleEmbeddings.Many(24, 5, Vectors, Dimensions);
        var found = index.Search(queries, [.. queries.Select(_ => new SearchOptions { Top = 12 })]);
        Assert.All(found, hits => Assert.Equal(Enumerable.Range(0, 12).Select(Id), hits.Select(hit => hit.Id)));
    }

    [Fact]
    public void Search_OfAnEmptyIndex_ReturnsNoHits() =>
        Assert.Empty(Create().Search(SampleEmbeddings.Many(25, 1, Vectors, Dimensions), [SearchOptions.Default])[0]);

    [Fact]
    public void Search_WithFewerOptionsThanQueries_IsRefused() =>
        Assert.ThrowsAny<ArgumentException>(() => Filled(SampleEmbeddings.Many(26, 2, Vectors, Dimensions)).Search(SampleEmbeddings.Many(27, 2, Vectors, Dimensions), [SearchOptions.Default]));

    [Fact]
    public void Add_OfAKnownIdentity_IsRefused()
    {
        var index = Filled(SampleEmbeddings.Many(28, 2, Vectors, Dimensions));
        Assert.ThrowsAny<ArgumentException>(() => index.Add(Id(1), SampleEmbeddings.Many(29, 1, Vectors, Dimensions)[0]));
        Assert.Equal(2, index.Count);
    }

    [Fact]
    public void Add_OfAnotherShape_IsRefused()
    {
        var index = Filled(SampleEmbeddings.Many(30, 2, Vectors, Dimensions));
        Assert.ThrowsAny<ArgumentException>(() => index.Add(Id(9), SampleEmbeddings.Many(31, 1, Vectors, Dimensions + 1)[0]));
        Assert.Equal(2, index.Count);
    }

    [Fact]
    public async Task Search_FromSeveralThreads_AnswersAsAlone()
    {
        var index = Filled(SampleEmbeddings.Many(32, 150, Vectors, Dimensions));
        var queries = SampleEmbeddings.Many(33, 8, Vectors, Dimensions);
        var alone = queries.Select(query => index.Search([query], [SearchOptions.Default])[0]).ToArray();
        var together = await Task.WhenAll(queries.Select(query => Task.Run(() => index.Search([query], [SearchOptions.Default])[0])));
        Assert.Equal(alone, together);
    }

    /// <summary>The identity of the n-th added item.</summary>
    protected static MediaId Id(int n) => new($"item-{n:D4}");

    /// <summary>An index with items.</summary>
    protected ICandidateIndex Filled(EmbeddingSet[] items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var index = Create();
        for (var i = 0; i < items.Length; i++)
        {
            index.Add(Id(i), items[i]);
        }

        return index;
    }

    private IEnumerable<MediaId> ByPairs(EmbeddingSet query, EmbeddingSet[] items) =>
        items.Select((item, i) => (Score: Similarity.Score(query, item), Index: i)).OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Index).Select(pair => Id(pair.Index));
}
