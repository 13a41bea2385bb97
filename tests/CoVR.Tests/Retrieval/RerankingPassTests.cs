using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Tests.Retrieval;

[Collection("torch")]
public sealed class RerankingPassTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly ComposedQuery Query = new(null, "red green");

    [Fact]
    public async Task SearchAsync_WithoutReranker_IsEqualToTheLastBitAndSaysThatNothingWasReranked()
    {
        var (plain, idle) = (await SearchAsync(null), await SearchAsync(new Ranker(hit => null)));
        Assert.Equal(plain.Hits, idle.Hits);
        Assert.Equal((0, TimeSpan.Zero), (idle.RerankedCandidates, idle.RerankingTime));
        Assert.All(idle.Hits, hit => Assert.True(hit is { RerankScore: null, FirstRank: null }));
    }

    [Fact]
    public async Task SearchAsync_WithAReranker_OrdersByItsScoresAndKeepsThoseOfTheFirstPass()
    {
        var plain = (await SearchAsync(null)).Hits;
        var result = await SearchAsync(new Ranker(hit => hit.Rank));
        Assert.Equal(plain.Reverse().Select(hit => (hit.Id, hit.Score)), result.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal(Enumerable.Range(1, 8), result.Hits.Select(hit => hit.Rank));
        Assert.Equal(Enumerable.Range(1, 8).Reverse(), result.Hits.Select(hit => hit.FirstRank!.Value));
        Assert.Equal(8, result.RerankedCandidates);
    }

    [Fact]
    public async Task SearchAsync_WithEqualScores_KeepsTheOrderOfTheFirstPass() =>
        Assert.Equal((await SearchAsync(null)).Hits.Select(hit => hit.Id), (await SearchAsync(new Ranker(_ => 1))).Hits.Select(hit => hit.Id));

    [Fact]
    public async Task SearchAsync_WithFewerRerankedHits_LeavesTheRestWhereItIs()
    {
        var plain = (await SearchAsync(null)).Hits;
        var hits = (await SearchAsync(new Ranker(hit => hit.Rank), change: pipeline => pipeline with { RerankedHits = 3 })).Hits;
        Assert.Equal([plain[2].Id, plain[1].Id, plain[0].Id, .. plain.Skip(3).Select(hit => hit.Id)], hits.Select(hit => hit.Id));
        Assert.All(hits.Skip(3), hit => Assert.Null(hit.RerankScore));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 3)]
    [InlineData(5, 10)]
    public async Task SearchAsync_OfAPage_CutsItFromTheRerankedHits(int offset, int top)
    {
        var all = (await SearchAsync(new Ranker(hit => hit.Rank))).Hits;
        var page = (await SearchAsync(new Ranker(hit => hit.Rank), new SearchOptions { Offset = offset, Top = top })).Hits;
        Assert.Equal(all.Skip(offset).Take(top), page);
    }

    [Fact]
    public async Task SearchAsync_BeyondTheRerankedHits_AsksNobody()
    {
        var ranker = new Ranker(hit => hit.Rank);
        var page = await SearchAsync(ranker, new SearchOptions { Offset = 4, Top = 2 }, pipeline => pipeline with { RerankedHits = 4 });
        Assert.Equal((0, 5), (ranker.Calls, page.Hits[0].Rank));
    }

    [Fact]
    public async Task SearchAsync_WithAnUnreadableCandidate_LeavesItInItsPlaceAndReportsIt()
    {
        var plain = (await SearchAsync(null)).Hits;
        var result = await SearchAsync(new Ranker(hit => hit.Rank == 2 ? float.NaN : hit.Rank));
        Assert.Equal([plain[7].Id, plain[1].Id, plain[6].Id], result.Hits.Take(3).Select(hit => hit.Id));
        Assert.Equal((7, plain[1].Id.Value), (result.RerankedCandidates, Assert.IsType<MediaReadException>(Assert.Single(result.RerankFaults)).Media));
        Assert.Null(result.Hits[1].RerankScore);
    }

    [Theory]
    [InlineData(0f, null, 0)]
    [InlineData(10f, null, 1)]
    [InlineData(0f, 10f, 1)]
    [InlineData(10f, 0f, 0)]
    public async Task SearchAsync_WithAMargin_RerankesOnlyWhereTheFirstPassIsNotSure(float ofReranker, float? ofPipeline, int calls)
    {
        var ranker = new Ranker(hit => hit.Rank) { ConfidentMargin = ofReranker };
        await SearchAsync(ranker, change: pipeline => pipeline with { ConfidentMargin = ofPipeline });
        Assert.Equal(calls, ranker.Calls);
    }

    [Fact]
    public async Task SearchAsync_WithTooFewScores_NamesTheReranker()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => SearchAsync(new Ranker(_ => 1) { Missing = 1 }));
        Assert.Contains("test ranker returned 7 scores for 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchAsync_WithAnInfiniteScore_NamesTheItem()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => SearchAsync(new Ranker(_ => float.PositiveInfinity)));
        Assert.Contains("scores must be finite", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UseReranker_OfAHost_FillsTheSlotOfItsPipeline()
    {
        var (services, ranker) = (new ServiceCollection(), new Ranker(_ => 1));
        services.AddCoVR("a").UseReranker(ranker);
        using var provider = services.BuildServiceProvider();
        Assert.Same(ranker, provider.GetKeyedService<IReranker>("a"));
        Assert.Null(provider.GetService<IReranker>());
    }

    private static async Task<SearchResult> SearchAsync(IReranker? reranker, SearchOptions? options = null, Func<RetrievalPipeline, RetrievalPipeline>? change = null)
    {
        var pipeline = await FakePipeline.WithCornersAsync() with { Reranker = reranker };
        using var retriever = new ComposedRetriever(change?.Invoke(pipeline) ?? pipeline);
        return await retriever.SearchAsync(Query, options, Cancel);
    }

    /// <summary>Scores by a function of the hit: null for queries that it does not judge, NaN for what it cannot read.</summary>
    private sealed class Ranker(Func<SearchHit, float?> score) : IReranker
    {
        public string Name => "test ranker";

        public string Fingerprint => "test";

        public float? ConfidentMargin { get; init; }

        public int Missing { get; init; }

        public int Calls { get; private set; }

        public ValueTask<IReadOnlyList<(float Score, CoVRException? Fault)>> ScoreAsync(
            ComposedQuery query, IReadOnlyList<(SearchHit Hit, MediaSource? Media)> candidates, CancellationToken cancellationToken = default)
        {
            Calls++;
            return ValueTask.FromResult<IReadOnlyList<(float, CoVRException?)>>(score(candidates[0].Hit) is null ? [] : [.. candidates.Skip(Missing).Select(candidate => Judge(candidate.Hit))]);
        }

        private (float, CoVRException?) Judge(SearchHit hit) => score(hit) is { } value && !float.IsNaN(value)
            ? (value, null)
            : (0, new MediaReadException(hit.Id.Value, MediaFailure.Corrupt, "it is a test."));
    }
}
