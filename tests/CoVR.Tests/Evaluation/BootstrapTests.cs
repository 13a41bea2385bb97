using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Tests.Evaluation;

public sealed class BootstrapTests
{
    [Fact]
    public void Intervals_OfAShare_AreThoseOfTheBinomialDistribution()
    {
        // 40 of 100: the share of successes in draws has deviation sqrt(.4 · .6 / 100) = 4.9 points.
        var interval = Of([.. Enumerable.Range(0, 100).Select(i => i < 40 ? 100.0 : 0)], options: new Bootstrap { Resamples = 20_000 });
        Assert.Equal(40, interval.Value);
        Assert.InRange(interval.Low, 30, 31);
        Assert.InRange(interval.High, 49, 50);
    }

    [Fact]
    public void Intervals_OfTheSameSeed_AreEqualInAnyOrder()
    {
        double[] scores = [.. Enumerable.Range(0, 50).Select(i => (double)(i * 7919 % 4096) / 64)]; // exact in any order of summing
        var triplets = Triplets(50);
        int[] order = [.. Enumerable.Range(0, 50).OrderBy(i => i * 37 % 50)];
        var expected = Of(scores, triplets);
        Assert.Equal(expected, Of([.. order.Select(i => scores[i])], [.. order.Select(i => triplets[i])]));
        Assert.NotEqual(expected, Of(scores, triplets, new Bootstrap { Seed = 2 }));
    }

    [Fact]
    public void Intervals_OfQueriesThatShareTargets_AreWider()
    {
        // 20 targets of 10 queries each, which all succeed or all fail: 20 facts, not 200.
        double[] scores = [.. Enumerable.Range(0, 200).Select(i => i / 10 % 2 == 0 ? 100.0 : 0)];
        Triplet[] triplets = [.. Enumerable.Range(0, 200).Select(i => new Triplet($"{i}", new MediaId("r"), "edit", new MediaId($"t{i / 10}")))];
        var (byTarget, byQuery) = (Of(scores, triplets), Of(scores, triplets, new Bootstrap { DrawsQueries = true }));
        Assert.Equal(byQuery.Value, byTarget.Value);
        Assert.InRange((byTarget.High - byTarget.Low) / (byQuery.High - byQuery.Low), 2.5, 4); // sqrt(10) = 3.2
    }

    [Fact]
    public void Intervals_OfQueriesThatDoNotCount_LeaveThemOut()
    {
        var interval = Of([100, double.NaN, 0, double.NaN, 100, 100]);
        Assert.Equal(75, interval.Value);
    }

    [Fact]
    public void Intervals_WithoutDraws_AreEmpty() =>
        Assert.Empty(new Bootstrap { Resamples = 0 }.Intervals(Triplets(2), Report([100, 0])));

    [Fact]
    public void Intervals_WithTooFewScores_AreRefused() =>
        Assert.Throws<ArgumentException>(() => new Bootstrap().Intervals(Triplets(3), Report([100, 0])));

    [Fact]
    public void Intervals_CoverTheTruth_AsOftenAsTheyClaim()
    {
        var random = new Random(7);
        var covered = Enumerable.Range(0, 300).Count(run =>
            Of([.. Enumerable.Range(0, 200).Select(_ => random.NextDouble() < 0.3 ? 100.0 : 0)], options: new Bootstrap { Resamples = 400, Seed = run }).Contains(30));
        Assert.InRange(covered / 300.0, 0.90, 0.98);
    }

    [Fact]
    public void Differences_OfPairedResults_AreNarrowerThanTheirIntervals()
    {
        var triplets = Triplets(200);
        double[] weak = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 100.0 : 0)];
        double[] strong = [.. weak.Select((score, i) => i % 20 == 1 ? 100 : score)]; // the same, and 10 more
        var reversed = triplets.Reverse().ToArray();
        var difference = new Bootstrap().Differences(Result(triplets, strong), Result(reversed, [.. weak.Reverse()]))["R@1"];
        Assert.Equal(5, difference.Value, 1e-9);
        Assert.False(difference.Contains(0));
        var (first, second) = (Of(strong, triplets), Of(weak, triplets));
        Assert.True(first.Low < second.High);
        Assert.Throws<ArgumentException>(() => new Bootstrap().Differences(Result(triplets, strong), Result(Triplets(199), weak[..199])));
    }

    private static Bootstrap.Interval Of(double[] scores, Triplet[]? triplets = null, Bootstrap? options = null) =>
        (options ?? new Bootstrap()).Intervals(triplets ?? Triplets(scores.Length), Report(scores))["R@1"];

    private static Triplet[] Triplets(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Triplet($"{i}", new MediaId("r"), "edit", new MediaId($"t{i}")))];

    private static RetrievalReport Report(double[] scores) => new("test", "R@1", new Dictionary<string, double>(), scores.Length, 1, new Dictionary<string, string>())
    {
        QueryScores = new Dictionary<string, IReadOnlyList<double>> { ["R@1"] = scores },
    };

    private static EvaluationResult Result(Triplet[] triplets, double[] scores) => Results.Of(new TripletDataset("test", DatasetSplit.Test, triplets, []), Report(scores));
}
