using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Reproduction.Results;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Reproduction.Tests.Results;

public sealed class CircoSubmissionTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_OfTheHiddenSplit_PassTheValidator()
    {
        var dataset = await TinyLayouts.Circo(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, Cancel);
        var paths = Files(dataset).Select(file => file.Save(_folder["results"])).ToArray();
        Assert.Equal("recalls_circo-test.json", Path.GetFileName(Assert.Single(paths)));
        Assert.Empty(await CircoSubmission.ValidateAsync(paths[0], dataset, Cancel));
        Assert.StartsWith("{\n  \"0\": [\n    8,\n    355099,", await File.ReadAllTextAsync(paths[0], Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"0\"", "\"9\"", "'9' is not a query|Query 0 has no answer")]
    [InlineData("    77,\n", "", "8 items; expected 9")]
    [InlineData("    77,", "    8,", "000000000008 appears twice")]
    [InlineData("    77,", "    271520,", "000000271520 is its own reference")]
    [InlineData("    77,", "    78,", "78 is not in the gallery")]
    [InlineData("    77,", "    \"77\",", "\"77\" is not the id")]
    public async Task ValidateAsync_OfASpoiltFile_NamesTheFault(string text, string spoilt, string expected)
    {
        var dataset = await TinyLayouts.Circo(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, Cancel);
        var content = Files(dataset)[0].Content;
        var place = content.IndexOf(text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder["spoilt.json"], content[..place] + spoilt + content[(place + text.Length)..], Cancel);
        var faults = string.Join('\n', await CircoSubmission.ValidateAsync(_folder["spoilt.json"], dataset, Cancel));
        Assert.All(expected.Split('|'), part => Assert.Contains(part, faults, StringComparison.Ordinal));
    }

    private static IReadOnlyList<ResultFile> Files(TripletDataset dataset) =>
        ReferenceResultFiles.Of(new CircoOptions().CreateProtocol().Score(dataset, InOrder(dataset)), dataset, InOrder(dataset));

    private static IReadOnlyList<SearchHit>[] InOrder(TripletDataset dataset) =>
    [
        .. dataset.Triplets.Select(triplet => dataset.Candidates.Where(id => id != triplet.Reference).Select((id, i) => new SearchHit(id, -i, i + 1)).ToArray()),
    ];
}
