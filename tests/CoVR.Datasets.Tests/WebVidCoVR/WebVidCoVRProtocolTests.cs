using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;

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
    public void Under_Presets_SetTheRules()
    {
        var data = Dataset(2);
        var rules = Enum.GetValues<EvaluationPreset>().ToDictionary(preset => preset, preset => new WebVidCoVRProtocol().Under(preset, data).Rules);

        Assert.Equal(new WebVidCoVRProtocol().Rules with { Gallery = "the targets of all rows" }, rules[EvaluationPreset.Honest]);
        Assert.Equal("the candidates of the data set", new WebVidCoVRProtocol().Under(EvaluationPreset.Honest, data with { Candidates = [.. data.Candidates, new("more")] }).Rules.Gallery);
        Assert.Equal((CandidatePooling.Pipeline, ExclusionEffect.LeftOut, TieOrder.Identity), Essence(rules[EvaluationPreset.Honest]));
        Assert.Equal((CandidatePooling.AnswerText, ExclusionEffect.LeftOut, TieOrder.Identity), Essence(rules[EvaluationPreset.Corrected]));
        Assert.Equal((CandidatePooling.AnswerText, ExclusionEffect.Last, TieOrder.NumpyArgsort), Essence(rules[EvaluationPreset.Reference]));
        Assert.All(rules.Values, rule => Assert.True(rule.NormalizesCandidates));

        static (CandidatePooling, ExclusionEffect, TieOrder) Essence(RetrievalRules rules) => (rules.Pooling, rules.Exclusion, rules.Ties);
    }

    [Fact]
    public void Under_Reference_MasksByThePairNumbersOfTheSortedTable()
    {
        // In the file: items 9, 5, 7. Sorted by target: rows 5, 7, 9; item i is compared with row i.
        Triplet[] file = [Row("1", "0005", "0009"), Row("2", "0007", "0005"), Row("3", "0009", "0007")];
        var data = new TripletDataset("test", DatasetSplit.Test, file, [.. file.Select(triplet => triplet.Target!.Value)]);
        var reference = new WebVidCoVRProtocol().Under(EvaluationPreset.Reference, data);

        // Row 0 of the sorted table is file row 2 (reference 7): it masks the column of sorted row 1 (target 7), where item 1 (target 5) stands.
        Assert.Equal(["0005"], Masked(reference, file[0]));
        Assert.Equal(["0007"], Masked(reference, file[1]));
        Assert.Equal(["0009"], Masked(reference, file[2]));
        Assert.Equal(["0005"], Masked(new WebVidCoVRProtocol().Under(EvaluationPreset.Corrected, data), file[0]));

        Triplet[] sorted = [file[1], file[2], file[0]];
        var agreeing = new WebVidCoVRProtocol().Under(EvaluationPreset.Reference, data with { Triplets = sorted, Candidates = [.. sorted.Select(triplet => triplet.Target!.Value)] });
        Assert.All(sorted, triplet => Assert.Equal([triplet.Reference.Value], Masked(agreeing, triplet)));
        Assert.Empty(new WebVidCoVRProtocol(excludeReference: false).Under(EvaluationPreset.Reference, data).Exclusions(file[0]));

        static IEnumerable<string> Masked(IRetrievalProtocol protocol, Triplet triplet) => protocol.Exclusions(triplet).Select(id => id.Value);
        static Triplet Row(string id, string reference, string target) => new(id, new MediaId(reference), "edit", new MediaId(target));
    }

    [Fact]
    public void Under_Reference_OfIdentitiesThatAreNoNumbers_ComparesThemAsTheyAre()
    {
        Triplet[] file = [new("1", new MediaId("b"), "edit", new MediaId("a")), new("2", new MediaId("a"), "edit", new MediaId("b"))];
        var reference = new WebVidCoVRProtocol().Under(EvaluationPreset.Reference, new TripletDataset("test", DatasetSplit.Test, file, [new("a"), new("b")]));

        Assert.All(file, triplet => Assert.Equal([triplet.Reference], reference.Exclusions(triplet)));
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

    [Fact]
    public void Files_OfEachKind_HaveTheReferencesNamesAndFigures()
    {
        var data = Dataset(3) with { Source = "/somewhere/webvid8m-covr_test.csv" };
        var ranks = new int?[] { 1, 7, null };
        var rankings = ranks.Select((rank, i) => Ranking(data.Triplets[i].Target!.Value, rank)).ToArray();
        var protocol = new WebVidCoVRProtocol();
        QueryKind[] kinds = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly, QueryKind.Average, QueryKind.Captions()];

        Assert.Equal(
            ["recalls_covr.json", "recalls_covr_txt.json", "recalls_covr_vis.json", "recalls_covr_avg.json", "recalls_blip2-captions_covr_blip2-captions.json"],
            kinds.Select(kind => Assert.Single(protocol.Files(data, rankings, kind)).Name));
        Assert.Equal("recalls_covr_ss.json", Assert.Single(new WebVidCoVRProtocol(excludeReference: false).Files(data, rankings)).Name);
        Assert.Equal(
            "{\n  \"R1\": 33.33,\n  \"R5\": 33.33,\n  \"R10\": 66.67,\n  \"R50\": 66.67,\n  \"meanR3\": 44.44,\n  \"meanR4\": 50.0,\n  \"annotation\": \"webvid8m-covr_test.csv\"\n}",
            Assert.Single(protocol.Files(data, rankings)).Content);
    }

    private static TripletDataset Dataset(int queries)
    {
        Triplet[] triplets = [.. Enumerable.Range(0, queries).Select(i => new Triplet($"{i}", new MediaId($"r{i}"), "edit", new MediaId($"t{i}")))];
        return new TripletDataset("test", DatasetSplit.Test, triplets, [.. triplets.Select(triplet => triplet.Target!.Value)]);
    }

    private static SearchHit[] Ranking(MediaId target, int? rank) =>
        [.. Enumerable.Range(1, 50).Select(i => new SearchHit(i == rank ? target : new MediaId($"other{i}"), 1f / i, i))];
}
