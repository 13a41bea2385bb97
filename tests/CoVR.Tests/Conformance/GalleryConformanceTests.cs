using CoVR.Conformance;
using CoVR.Retrieval;
using Xunit.Sdk;

namespace CoVR.Tests.Conformance;

/// <summary>The suite fails for galleries that break their contract.</summary>
[Collection("torch")]
public sealed class GalleryConformanceTests
{
    private static readonly Dictionary<string, (Func<IGallery, IGallery> Break, Func<GalleryConformance, Task> Test)> Broken = new()
    {
        ["loses a removal"] = (inner => new LosesARemoval(inner), suite => suite.RemoveAsync_OfSome_CountsThemAndHidesThemEverywhere()),
        ["shows half an upsert"] = (inner => new ShowsHalfAnUpsert(inner), suite => suite.Readers_WhilePairsAreWritten_SeeBothOrNeither()),
        ["shows half an upsert under stress"] = (inner => new ShowsHalfAnUpsert(inner), suite => suite.SearchAsync_WhileAWriterMakesManyChanges_AnswersWhatWasVisible()),
        ["starves a filter"] = (inner => new StarvesAFilter(inner), suite => suite.SearchAsync_WithAFilterThatOneInAThousandPasses_StillFillsTheHits()),
        ["wrong order of ties"] = (
            inner => new OtherResults(inner, options => options, (result, _) => result with { Hits = [.. result.Hits.OrderByDescending(hit => hit.Score).ThenByDescending(hit => hit.Id)] }),
            suite => suite.SearchAsync_OfEqualItems_OrdersThemByIdentity()),
        ["forgets exclusions"] = (inner => new OtherResults(inner, options => options with { Exclude = SearchOptions.Default.Exclude }), suite => suite.SearchAsync_WithExclusions_ReturnsTheNextBest()),
        ["excludes after choosing"] = (
            inner => new OtherResults(
                inner, options => options with { Exclude = SearchOptions.Default.Exclude }, (result, options) => result with { Hits = [.. result.Hits.Where(hit => !options.Exclude.Contains(hit.Id))] }),
            suite => suite.SearchAsync_WithExclusions_ReturnsTheNextBest()),
        ["mixes shapes"] = (inner => new MixesShapes(inner), suite => suite.UpsertAsync_OfABatchWithAnEntryThatDoesNotFit_WritesNothing("dimensions")),
        ["leaks a tensor"] = (inner => new LeaksATensor(inner), suite => suite.SearchAsync_LeavesNoTensorsBehind()),
        ["is not cancellable"] = (inner => new IgnoresCancellation(inner), suite => suite.EveryCall_WithACancelledToken_StopsAndChangesNothing()),
        ["writes although cancelled"] = (inner => new WritesBeforeItLooksAtTheToken(inner), suite => suite.EveryCall_WithACancelledToken_StopsAndChangesNothing()),
        ["is not safe for threads"] = (inner => new SharesStateBetweenSearches(inner), suite => suite.SearchAsync_FromSeveralThreads_AnswersAsAlone()),
        ["answers after disposal"] = (inner => new AnswersAfterDisposal(inner), suite => suite.EveryCall_AfterDisposal_Throws()),
        ["writes behind the caller"] = (inner => new WritesBehindTheCaller(inner), suite => suite.EveryWrite_IsSeenByWhatStartsAfterIt()),
        ["answers of the past"] = (inner => new WritesBehindTheCaller(inner), suite => suite.SearchAsync_WhileAWriterMakesManyChanges_AnswersWhatWasVisible()),
        ["writes half of a bad batch"] = (inner => new WritesTheFirstHalfOfABadBatch(inner), suite => suite.UpsertAsync_OfABatchWithAnEntryThatDoesNotFit_WritesNothing("not a number")),
        ["counts without the filter"] = (inner => new CountsWithoutTheFilter(inner), suite => suite.Filter_OfAnyKind_PassesWhatItMatches("pictures")),
        ["forgets properties"] = (
            inner => new OtherEntries(inner, entries => entries.Select(entry => entry with { Properties = GalleryProperties.None })), suite => suite.ListAsync_ReturnsAllPropertiesInTheOrderOfIdentities()),
        ["forgets frame times"] = (
            inner => new OtherEntries(inner, entries => entries.Select(entry => entry with { FrameTimes = [] })), suite => suite.SearchAsync_OfAVideo_TellsTheMomentOfItsMostSimilarFrame()),
        ["folds case"] = (
            inner => new OtherEntries(inner, entries => entries.Select(entry => entry with { Id = new MediaId(entry.Id.Value.ToUpperInvariant()) }).DistinctBy(entry => entry.Id)),
            suite => suite.UpsertAsync_OfIdentitiesThatDifferInCaseOrForm_KeepsThemApart()),
        ["keeps a failure after upsert"] = (inner => new KeepsAFailureAfterUpsert(inner), suite => suite.GetFailuresAsync_AfterUpsertOrRemoval_ForgetsTheItem()),
        ["ranks start anew on each page"] = (
            inner => new OtherResults(inner, options => options, (result, _) => result with { Hits = [.. result.Hits.Select((hit, i) => hit with { Rank = i + 1 })] }),
            suite => suite.SearchAsync_ByPages_GivesTheWholeRanking()),
        ["ignores the minimum score"] = (inner => new OtherResults(inner, options => options with { MinimumScore = null }), suite => suite.SearchAsync_WithAMinimumScore_LeavesOutWhatIsBelow()),
        ["memory grows"] = (inner => new ForgetsNothing(inner), suite => suite.SearchAsync_WhileAWriterMakesManyChanges_AnswersWhatWasVisible()),
    };

    public static TheoryData<string> Faults => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Suite_OfABrokenGallery_Fails(string fault)
    {
        var (breakIt, test) = Broken[fault];
        await test(new Suite(gallery => gallery));
        await Assert.ThrowsAnyAsync<XunitException>(() => test(new Suite(breakIt)));
    }

    private sealed class Suite(Func<IGallery, IGallery> wrap) : GalleryConformance
    {
        protected override int Changes => 4000;

        protected override long ManagedGrowth => 2 << 20;

        protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint) => new(wrap(new MemoryGallery(fingerprint)));

        protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarities.MeanPooled.Score(query, FramePoolings.Mean.Pool(item));
    }
}
