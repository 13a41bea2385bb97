using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Cirr;

public sealed class CirrProtocolTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Score_OfRankingsByName_CountsWholeAndSubset()
    {
        var dataset = await TinyLayouts.Cirr(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Validation, Cancel);
        var report = new CirrProtocol().Score(dataset, ByName(dataset));

        // Names begin 0 7 5 3 1 8 6 4 2 in the order of the queries; query i asks for entry i + 2 within entries i to i + 3.
        // The targets' places by name, without the reference: 5 -> 5, 3 -> 4, 1 -> 2, 8 -> 8, 6 -> 6.
        Assert.Equal(0, report.Metrics["R@1"]);
        Assert.Equal(60, report.Metrics["R@5"]);
        Assert.Equal(100, report.Metrics["R@10"]);

        // First members by name: 3 (half), 1 (half), 1 (right), 1 (wrong), 4 (half).
        Assert.Equal(50, report.Metrics["R_subset@1"]);
        Assert.Equal([50, 50, 100, 0, 50], report.QueryScores["R_subset@1"]);
        Assert.Equal(100, report.QueryScores["R_subset@2"][0]);
    }

    [Fact]
    public async Task Score_OfAHiddenSplit_HasNoFigures()
    {
        var dataset = await TinyLayouts.Cirr(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, Cancel);
        var report = new CirrProtocol().Score(dataset, ByName(dataset));
        Assert.Empty(report.Metrics);
        Assert.StartsWith("hidden", report.Facts["answers"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exclusions_OfAQuery_HoldItsReferenceUnlessItIsTheTarget()
    {
        var dataset = await TinyLayouts.Cirr(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Validation, Cancel);
        var odd = dataset.Triplets[0] with { Target = dataset.Triplets[0].Reference };
        Assert.Equal([odd.Reference], new CirrProtocol().Exclusions(dataset.Triplets[0]));
        Assert.Empty(new CirrProtocol().Exclusions(odd));
    }

    private static IReadOnlyList<SearchHit>[] ByName(TripletDataset dataset) =>
    [
        .. dataset.Triplets.Select(triplet => dataset.Candidates.Where(id => id != triplet.Reference).Select((id, i) => new SearchHit(id, -i, i + 1)).ToArray()),
    ];
}
