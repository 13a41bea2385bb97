using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Reproduction.Results;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Reproduction.Tests.Results;

public sealed class CirrSubmissionTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_OfAHiddenSplit_PassTheValidator()
    {
        var dataset = await TinyLayouts.Cirr(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, Cancel);
        var paths = Files(dataset).Select(file => file.Save(_folder["results"])).ToArray();
        Assert.Equal(["recalls_cirr.json", "recalls_cirr_subset.json"], paths.Select(Path.GetFileName));
        foreach (var path in paths)
        {
            Assert.Empty(await CirrSubmission.ValidateAsync(path, dataset, Cancel));
        }
    }

    [Theory]
    [InlineData("\"rc2\"", "\"rc1\"", "'version' is 'rc1', expected rc2")]
    [InlineData("\"recall\"", "7", "'metric' is '7', expected recall or recall_subset")]
    [InlineData("\"40\"", "\"41\"", "'41' is not a query|Query 40 has no answer")]
    [InlineData("    \"test1-1-img4\",\n", "", "7 items; expected 8")]
    [InlineData("\"test1-1-img4\"", "\"test1-2-img8\"", "test1-2-img8 appears twice")]
    [InlineData("\"test1-1-img4\"", "\"nobody\"", "nobody is not in the gallery")]
    [InlineData("\"test1-1-img4\"", "12", "12 is not the id")]
    [InlineData("\"test1-1-img4\"", "\"test1-0-img0\"", "Query 40: test1-0-img0 is its own reference")]
    public async Task ValidateAsync_OfASpoiltFile_NamesTheFault(string text, string spoilt, string expected)
    {
        var dataset = await TinyLayouts.Cirr(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, Cancel);
        var content = Files(dataset)[0].Content;
        var place = content.IndexOf(text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder["spoilt.json"], content[..place] + spoilt + content[(place + text.Length)..], Cancel);
        var faults = string.Join('\n', await CirrSubmission.ValidateAsync(_folder["spoilt.json"], dataset, Cancel));
        Assert.All(expected.Split('|'), part => Assert.Contains(part, faults, StringComparison.Ordinal));
    }

    private static IReadOnlyList<ResultFile> Files(TripletDataset dataset) =>
        ReferenceResultFiles.Of(new CirrOptions().CreateProtocol().Score(dataset, ByName(dataset)), dataset, ByName(dataset));

    private static IReadOnlyList<SearchHit>[] ByName(TripletDataset dataset) =>
    [
        .. dataset.Triplets.Select(triplet => dataset.Candidates.Where(id => id != triplet.Reference).Select((id, i) => new SearchHit(id, -i, i + 1)).ToArray()),
    ];
}
