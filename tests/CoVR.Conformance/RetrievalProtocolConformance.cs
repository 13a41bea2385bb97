using CoVR.Data;
using Xunit;

namespace CoVR.Conformance;

/// <summary>What every protocol keeps.</summary>
public abstract class RetrievalProtocolConformance
{
    /// <summary>Makes the protocol under test.</summary>
    protected abstract IRetrievalProtocol Create();

    /// <summary>A few queries with known answers, and a gallery that holds more than the answers.</summary>
    protected abstract TripletDataset Dataset { get; }

    [Fact]
    public void Name_OfTwoInstances_IsTheSameText()
    {
        Assert.False(string.IsNullOrWhiteSpace(Create().Name));
        Assert.Equal((Create().Name, Create().PrimaryMetric, Create().Similarity.Name), (Create().Name, Create().PrimaryMetric, Create().Similarity.Name));
        Assert.True(Create().Depth >= 1, "A ranking has at least one hit.");
    }

    [Fact]
    public void Exclusions_NeverHoldTheTarget()
    {
        var protocol = Create();
        Assert.All(Dataset.Triplets, triplet => Assert.False(triplet.Target is { } target && protocol.Exclusions(triplet).Contains(target), $"The target of '{triplet.Id}' is left out."));
    }

    [Fact]
    public void Score_OfRightRankings_Is100()
    {
        var report = Create().Score(Dataset, [.. Dataset.Triplets.Select(triplet => Ranking(Answers(triplet).Concat(Others(triplet))))]);
        Assert.Equal(100, report.Primary!.Value, 6);
        Assert.Equal((Dataset.Triplets.Count, Dataset.Candidates.Count), (report.Queries, report.Gallery));
    }

    [Fact]
    public void Score_OfWrongRankings_Is0() =>
        Assert.Equal(0, Create().Score(Dataset, [.. Dataset.Triplets.Select(triplet => Ranking(Others(triplet)))]).Primary!.Value, 6);

    [Fact]
    public void Score_OfAnyRankings_GivesPercentagesAndTheScoresOfEachQuery()
    {
        var report = Create().Score(Dataset, [.. Dataset.Triplets.Select((triplet, i) => Ranking(i % 2 == 0 ? Answers(triplet).Concat(Others(triplet)) : Others(triplet)))]);
        Assert.Contains(report.PrimaryMetric, report.Metrics.Keys);
        Assert.All(report.Metrics, metric => Assert.InRange(metric.Value, 0, 100));
        Assert.All(report.QueryScores, scores => Assert.Equal(Dataset.Triplets.Count, scores.Value.Count));
    }

    [Fact]
    public void Apply_EveryPreset_KeepsTheMetric()
    {
        var bound = Create().BindTo(Dataset);
        Assert.Equal(Create().PrimaryMetric, bound.PrimaryMetric);
        Assert.All([EvaluationVariant.LeakFree, EvaluationVariant.Corrected], preset => Assert.Equal(bound.PrimaryMetric, preset.Apply(bound, Dataset).PrimaryMetric));
    }

    private static IEnumerable<MediaId> Answers(Triplet triplet) =>
        new[] { triplet.Target!.Value }.Concat((triplet.Answers ?? new Dictionary<MediaId, double>()).OrderByDescending(answer => answer.Value).Select(answer => answer.Key)).Distinct();

    private IEnumerable<MediaId> Others(Triplet triplet) => Dataset.Candidates.Except(Answers(triplet)).Where(id => id != triplet.Reference);

    private static SearchHit[] Ranking(IEnumerable<MediaId> ids) => [.. ids.Select((id, i) => new SearchHit(id, 1f / (i + 1), i + 1))];
}
