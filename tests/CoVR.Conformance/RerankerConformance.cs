using Xunit;

namespace CoVR.Conformance;

/// <summary>What every reranker keeps.</summary>
public abstract class RerankerConformance
{
    /// <summary>Makes the reranker under test.</summary>
    protected abstract IReranker Create();

    /// <summary>A query that the reranker judges.</summary>
    protected abstract ComposedQuery Query { get; }

    /// <summary>At least three candidates that can be read, of different scores, best of the first pass first.</summary>
    protected abstract IReadOnlyList<(SearchHit Hit, MediaSource? Media)> Candidates { get; }

    [Fact]
    public void NameAndFingerprint_OfTwoInstances_AreTheSameTexts()
    {
        Assert.False(string.IsNullOrWhiteSpace(Create().Name));
        Assert.Equal((Create().Name, Create().Fingerprint), (Create().Name, Create().Fingerprint));
    }

    [Fact]
    public async Task ScoreAsync_OfReadableCandidates_IsOneFiniteScoreForEach()
    {
        var scores = await ScoreAsync(Create(), Candidates);
        Assert.Equal(Candidates.Count, scores.Count);
        Assert.All(scores, score => Assert.True(score.Fault is null && float.IsFinite(score.Score)));
        Assert.True(scores.Select(score => score.Score).Distinct().Count() > 1, "All scores are equal.");
    }

    [Fact]
    public async Task ScoreAsync_InAnotherOrder_GivesEachCandidateItsScore()
    {
        var (reranker, order) = (Create(), Enumerable.Range(0, Candidates.Count).Reverse().ToArray());
        var (plain, turned) = (await ScoreAsync(reranker, Candidates), await ScoreAsync(reranker, [.. order.Select(i => Candidates[i])]));
        Assert.All(order, i => Assert.Equal(plain[i].Score, turned[order.Length - 1 - i].Score, 3));
    }

    [Fact]
    public async Task ScoreAsync_OfOneCandidateAlone_GivesItsScoreAmongOthers()
    {
        var reranker = Create();
        Assert.Equal((await ScoreAsync(reranker, Candidates))[1].Score, (await ScoreAsync(reranker, [Candidates[1]]))[0].Score, 3);
    }

    [Fact]
    public async Task ScoreAsync_WithUnreadableCandidates_ReportsThemAndScoresTheOthers()
    {
        var reranker = Create();
        var plain = await ScoreAsync(reranker, Candidates);
        var scores = await ScoreAsync(reranker, [Candidates[0], (Candidates[1].Hit, null), Candidates[2] with { Media = MediaSource.FromFile("/nowhere/at-all.png") }]);
        Assert.Equal(plain[0].Score, scores[0].Score, 3);
        Assert.Null(scores[0].Fault);
        Assert.Contains(Candidates[1].Hit.Id.Value, scores[1].Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("at-all.png", scores[2].Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScoreAsync_OfNoCandidates_IsEmpty() => Assert.Empty(await ScoreAsync(Create(), []));

    [Fact]
    public async Task ScoreAsync_FromSeveralThreads_GivesTheSameScores()
    {
        var reranker = Create();
        var alone = await ScoreAsync(reranker, Candidates);
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, async (_, _) =>
            Assert.All(alone.Zip(await ScoreAsync(reranker, Candidates)), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 3)));
    }

    [Fact]
    public async Task ScoreAsync_Cancelled_Stops() => await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        await Create().ScoreAsync(Query, Candidates, new CancellationToken(canceled: true)));

    private async Task<IReadOnlyList<(float Score, CoVRException? Fault)>> ScoreAsync(IReranker reranker, IReadOnlyList<(SearchHit Hit, MediaSource? Media)> candidates) =>
        await reranker.ScoreAsync(Query, candidates, TestContext.Current.CancellationToken);
}
