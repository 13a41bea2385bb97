using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Retrieval;

namespace CoVR.Datasets.Tests.WebVidCoVR;

public sealed class WebVidCoVRProtocolTests
{
    [Fact]
    public void Score_KnownRanks_GivesRecalls()
    {
        var data = Dataset(4);
        var ranks = new int?[] { 1, 4, 9, null };
        var rankings = ranks.Select((rank, i) => Ranking(data.Triplets[i].Target!.Value, rank)).ToArray();

        var report = new WebVidCoVRProtocol().Score(data, rankings);

        Assert.Equal(25, report.Metrics["R@1"]);
        Assert.Equal(50, report.Metrics["R@5"]);
        Assert.Equal(75, report.Metrics["R@10"]);
        Assert.Equal(75, report.Metrics["R@50"]);
        Assert.Equal(50, report.Metrics["R_mean"]);
        Assert.Equal(4, report.Queries);
        Assert.Equal("left out, unless it is the target", report.Facts["exclusions"]);
        Assert.Equal([100, 0, 0, 0], report.QueryScores["R@1"]);
        Assert.Equal([100, 200.0 / 3, 100.0 / 3, 0], report.QueryScores["R_mean"], (left, right) => Math.Abs(left - right) < 1e-6);
    }

    [Fact]
    public void Exclusions_ByDefault_HoldTheReferenceOnly()
    {
        var triplet = Dataset(1).Triplets[0];

        Assert.Equal([triplet.Reference], new WebVidCoVRProtocol().Exclusions(triplet));
        Assert.Empty(new WebVidCoVRProtocol(excludeReference: false).Exclusions(triplet));
        Assert.Empty(new WebVidCoVRProtocol().Exclusions(triplet with { Target = triplet.Reference }));
    }

    [Fact]
    public void BindTo_ADatasetOfTargetsOnly_NamesTheGallery()
    {
        var data = Dataset(2);
        Assert.Equal(new WebVidCoVRProtocol().Rules with { Gallery = "the targets of all rows" }, new WebVidCoVRProtocol().BindTo(data).Rules);
        Assert.Equal("the candidates of the data set", new WebVidCoVRProtocol().BindTo(data with { Candidates = [.. data.Candidates, new("more")] }).Rules.Gallery);
    }

    [Fact]
    public void Rules_OfTheLibrary_PoolWithoutTheAnswerUnlessPublished()
    {
        var protocol = new WebVidCoVRProtocol();
        Assert.Equal(((ICandidatePooling?)null, (ITieBreaker?)null, true), (protocol.Rules.Pooling, protocol.Rules.TieBreaker, protocol.Rules.NormalizesCandidates));
        Assert.Equal(protocol.Rules with { Pooling = FramePoolings.ByAnsweredText }, EvaluationVariant.Corrected.Apply(protocol, Dataset(2)).Rules);
        Assert.Equal(protocol.Rules, EvaluationVariant.Corrected.Apply(new WebVidCoVRProtocol { PublishedRulesWeighFrames = false }, Dataset(2)).Rules);
    }

    [Fact]
    public void Score_TooFewRankings_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new WebVidCoVRProtocol().Score(Dataset(2), [[]]));

    [Fact]
    public void Score_HiddenTargets_IsRefused()
    {
        var data = Dataset(1);
        var hidden = data with { Triplets = [data.Triplets[0] with { Target = null }] };

        Assert.Throws<ArgumentException>(() => new WebVidCoVRProtocol().Score(hidden, [[]]));
    }

    private static TripletDataset Dataset(int queries)
    {
        Triplet[] triplets = [.. Enumerable.Range(0, queries).Select(i => new Triplet($"{i}", new MediaId($"r{i}"), "edit", new MediaId($"t{i}")))];
        return new TripletDataset("test", DatasetSplit.Test, triplets, [.. triplets.Select(triplet => triplet.Target!.Value)]);
    }

    private static SearchHit[] Ranking(MediaId target, int? rank) =>
        [.. Enumerable.Range(1, 50).Select(i => new SearchHit(i == rank ? target : new MediaId($"other{i}"), 1f / i, i))];
}
