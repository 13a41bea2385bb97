using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Evaluation;
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
        var dataset = await new CirrReader(TinyLayouts.Cirr(_folder.FullName)).ReadAsync(DatasetSplit.Validation, Cancel);
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
        var dataset = await new CirrReader(TinyLayouts.Cirr(_folder.FullName)).ReadAsync(DatasetSplit.Test, Cancel);
        var report = new CirrProtocol().Score(dataset, ByName(dataset));
        Assert.Empty(report.Metrics);
        Assert.StartsWith("hidden", report.Facts["answers"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_OfAHiddenSplit_PassTheValidator()
    {
        var dataset = await new CirrReader(TinyLayouts.Cirr(_folder.FullName)).ReadAsync(DatasetSplit.Test, Cancel);
        var paths = await ResultFileSet.SaveAsync(new CirrProtocol().Files(dataset, ByName(dataset)), _folder["results"], Cancel);
        Assert.Equal(["recalls_cirr.json", "recalls_cirr_subset.json"], paths.Select(Path.GetFileName));
        foreach (var path in paths)
        {
            Assert.Empty(await CirrSubmission.ValidateAsync(path, dataset, Cancel));
        }
    }

    [Theory]
    [InlineData("\"rc2\"", "\"rc1\"", "'version' is 'rc1', expected rc2")]
    [InlineData("\"recall\"", "7", "'metric' is '7', expected recall or recall_subset")]
    [InlineData("\"40\"", "\"41\"", "'41' is no query|Query 40 has no answer")]
    [InlineData("    \"test1-1-img4\",\n", "", "7 items, expected 8")]
    [InlineData("\"test1-1-img4\"", "\"test1-2-img8\"", "test1-2-img8 is there twice")]
    [InlineData("\"test1-1-img4\"", "\"nobody\"", "nobody is not in the gallery")]
    [InlineData("\"test1-1-img4\"", "12", "12 is no identity")]
    [InlineData("\"test1-1-img4\"", "\"test1-0-img0\"", "Query 40: test1-0-img0 is its own reference")]
    public async Task ValidateAsync_OfASpoiltFile_NamesTheFault(string text, string spoilt, string expected)
    {
        var dataset = await new CirrReader(TinyLayouts.Cirr(_folder.FullName)).ReadAsync(DatasetSplit.Test, Cancel);
        var content = new CirrProtocol().Files(dataset, ByName(dataset))[0].Content;
        var place = content.IndexOf(text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder["spoilt.json"], content[..place] + spoilt + content[(place + text.Length)..], Cancel);
        var faults = string.Join('\n', await CirrSubmission.ValidateAsync(_folder["spoilt.json"], dataset, Cancel));
        Assert.All(expected.Split('|'), part => Assert.Contains(part, faults, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exclusions_ByPreset_LeaveOutOrRankLast()
    {
        var dataset = await new CirrReader(TinyLayouts.Cirr(_folder.FullName)).ReadAsync(DatasetSplit.Validation, Cancel);
        var odd = dataset.Triplets[0] with { Target = dataset.Triplets[0].Reference };
        var reference = new CirrProtocol().Under(EvaluationPreset.Reference, dataset);
        Assert.Equal([odd.Reference], new CirrProtocol().Exclusions(dataset.Triplets[0]));
        Assert.Empty(new CirrProtocol().Exclusions(odd));
        Assert.Equal([odd.Reference], reference.Exclusions(odd));
        Assert.Equal((ExclusionEffect.Last, TieOrder.NumpyArgsort, true), (reference.Rules.Exclusion, reference.Rules.Ties, reference.Rules.NormalizesCandidates));
    }

    private static IReadOnlyList<SearchHit>[] ByName(TripletDataset dataset) =>
    [
        .. dataset.Triplets.Select(triplet => dataset.Candidates.Where(id => id != triplet.Reference).Select((id, i) => new SearchHit(id, -i, i + 1)).ToArray()),
    ];
}
