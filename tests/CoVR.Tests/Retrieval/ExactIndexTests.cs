using CoVR.Conformance;
using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

/// <summary>Large enough for matrix products over several blocks.</summary>
[Collection("torch")]
public sealed class ExactIndexTests
{
    public static TheoryData<string, int, int, int> Shapes => new()
    {
        { "mean", 1, 64, 9000 },
        { "mean", 4, 33, 5000 },
        { "max", 4, 33, 2500 },
        { "max", 32, 16, 700 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Search_ByProductsOverBlocks_EqualsTheSpecificationToTheLastBit(string kind, int vectors, int dimensions, int count)
    {
        ISimilarity similarity = kind == "mean" ? Similarities.MeanPooled : Similarities.MaxOverPairs;
        var items = SampleEmbeddings.Many(1, count, vectors, dimensions);
        var queries = SampleEmbeddings.Many(2, 21, vectors, dimensions);
        var excluded = Enumerable.Range(0, 40).Select(Id).ToHashSet();
        var options = queries.Select((_, q) => new SearchOptions { Top = 1 + (q * 3), Exclude = q % 2 == 0 ? excluded : new HashSet<MediaId>() }).ToArray();

        var found = Filled(similarity, items).Search(queries, options);

        for (var q = 0; q < queries.Length; q++)
        {
            var expected = items.Select((item, i) => (Id: Id(i), Score: similarity.Score(queries[q], item), Place: i))
                .Where(pair => !options[q].Exclude.Contains(pair.Id))
                .OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Place)
                .Take(options[q].Top)
                .Select((pair, rank) => new SearchHit(pair.Id, pair.Score, rank + 1));
            Assert.Equal(expected, found[q]);
        }
    }

    [Fact]
    public void Search_OfManyEqualItemsByProducts_KeepsTheOrderOfAdding()
    {
        var item = SampleEmbeddings.Many(3, 1, 1, 64)[0];
        var index = Filled(Similarities.MeanPooled, [.. Enumerable.Repeat(item, 9001)]);
        var queries = SampleEmbeddings.Many(4, 40, 1, 64);
        var found = index.Search(queries, [.. queries.Select(_ => SearchOptions.Default)]);
        Assert.All(found, hits => Assert.Equal(Enumerable.Range(0, 10).Select(Id), hits.Select(hit => hit.Id)));
    }

    [Fact]
    public void Search_OfQueriesWithDifferentVectors_ComparesEach()
    {
        var similarity = Similarities.MaxOverPairs;
        var items = SampleEmbeddings.Many(5, 1500, 8, 32);
        EmbeddingSet[] queries = [.. SampleEmbeddings.Many(6, 3, 8, 32), .. SampleEmbeddings.Many(7, 2, 1, 32), .. SampleEmbeddings.Many(8, 1, 8, 32)];
        var found = Filled(similarity, items).Search(queries, [.. queries.Select(_ => new SearchOptions { Top = 3 })]);
        for (var q = 0; q < queries.Length; q++)
        {
            Assert.Equal(items.Max(item => similarity.Score(queries[q], item)), found[q][0].Score);
        }
    }

    [Fact]
    public void Search_OverflowingScores_PutsWhatIsNoNumberLast()
    {
        var index = new ExactIndex(Similarities.MeanPooled);
        index.Add(Id(0), SampleEmbeddings.Vector(3e38f, -3e38f));
        index.Add(Id(1), SampleEmbeddings.Vector(-1, 0));
        var hits = index.Search([SampleEmbeddings.Vector(2, 2)], [SearchOptions.Default])[0];
        Assert.Equal([Id(1), Id(0)], hits.Select(hit => hit.Id));
    }

    [Fact]
    public void Add_OfNaN_IsRefusedWithTheItemAndThePlace()
    {
        var error = Assert.Throws<ArgumentException>(() => new ExactIndex(Similarities.MeanPooled).Add(Id(7), SampleEmbeddings.Vector(1, float.NaN)));
        Assert.Contains("item-0007", error.Message, StringComparison.Ordinal);
        Assert.Contains("value 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Search_WithAnInfiniteQuery_IsRefused()
    {
        var index = Filled(Similarities.MeanPooled, SampleEmbeddings.Many(1, 2, 1, 2));
        Assert.Throws<ArgumentException>(() => index.Search([SampleEmbeddings.Vector(float.PositiveInfinity, 0)], [SearchOptions.Default]));
    }

    [Fact]
    public void Search_ForNoHits_IsRefused()
    {
        var index = Filled(Similarities.MeanPooled, SampleEmbeddings.Many(1, 2, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([SampleEmbeddings.Vector(1, 0)], [new SearchOptions { Top = 0 }]));
    }

    private static MediaId Id(int n) => new($"item-{n:D4}");

    private static ExactIndex Filled(ISimilarity similarity, EmbeddingSet[] items)
    {
        var index = new ExactIndex(similarity);
        for (var i = 0; i < items.Length; i++)
        {
            index.Add(Id(i), items[i]);
        }

        return index;
    }
}
