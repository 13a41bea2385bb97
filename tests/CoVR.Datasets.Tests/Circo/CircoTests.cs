using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Evaluation;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Circo;

public sealed class CircoTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_Validation_KnowsEveryRightAnswerAndCocosOrder()
    {
        var dataset = await new CircoReader(TinyLayouts.Circo(_folder.FullName)).ReadAsync(DatasetSplit.Validation, Cancel);
        Assert.Equal(new MediaId("000000271520"), dataset.Candidates[0]);
        Assert.Equal(new MediaId("000000000008"), dataset.Candidates[1]);
        Assert.Equal(10, dataset.Candidates.Count);
        Assert.Equal([1, 2, 3, 1], dataset.Triplets.Select(triplet => triplet.Answers!.Count));
        Assert.Equal(["000000355099", "000000000013"], dataset.Triplets[1].Answers!.Keys.Select(id => id.Value));
    }

    [Fact]
    public async Task ReadAsync_Train_SaysThatThereIsNone()
    {
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => new CircoReader(TinyLayouts.Circo(_folder.FullName)).ReadAsync(DatasetSplit.Train, Cancel).AsTask());
        Assert.Contains("Validation, Test", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{\"reference_img_id\": 4, \"relative_caption\": \"c\", \"id\": 0}]", "[0].reference_img_id", "picture 4 is not in COCO's list")]
    [InlineData("[{\"reference_img_id\": 8, \"relative_caption\": \"c\", \"id\": 0, \"target_img_id\": 13, \"gt_img_ids\": []}]", "[0].gt_img_ids", "the list is empty")]
    public async Task ReadAsync_OfAMalformedFile_NamesTheFault(string content, string field, string reason)
    {
        var options = TinyLayouts.Circo(_folder.FullName);
        await File.WriteAllTextAsync(options.Annotations[DatasetSplit.Validation], content, Cancel);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => new CircoReader(options).ReadAsync(DatasetSplit.Validation, Cancel).AsTask());
        Assert.Equal(field, error.Field);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_OfRankingsInCocosOrder_GivesPrecisionAndRecall()
    {
        var dataset = await new CircoReader(TinyLayouts.Circo(_folder.FullName)).ReadAsync(DatasetSplit.Validation, Cancel);
        var report = new CircoProtocol().Score(dataset, InOrder(dataset));

        // Query i leaves out place i and asks for places i + 1 to i + 1 + (i mod 3): they are ranked from i + 1 on.
        double[] precisions = [1.0, (1.0 / 2 + 2.0 / 3) / 2, (1.0 / 3 + 2.0 / 4 + 3.0 / 5) / 3, 1.0 / 4];
        Assert.Equal(RetrievalMetrics.RoundAsPython(100 * precisions.Average(), 2), report.Metrics["mAP@5"]);
        Assert.Equal(precisions.Select(value => 100 * value), report.QueryScores["mAP@5"].Select(value => value), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(100, report.Metrics["Recall@5"]);
    }

    [Fact]
    public async Task Files_OfTheHiddenSplit_PassTheValidator()
    {
        var dataset = await new CircoReader(TinyLayouts.Circo(_folder.FullName)).ReadAsync(DatasetSplit.Test, Cancel);
        var paths = await ResultFileSet.SaveAsync(new CircoProtocol().Files(dataset, InOrder(dataset)), _folder["results"], Cancel);
        Assert.Equal("recalls_circo-test.json", Path.GetFileName(Assert.Single(paths)));
        Assert.Empty(await CircoSubmission.ValidateAsync(paths[0], dataset, Cancel));
        Assert.StartsWith("{\n  \"0\": [\n    8,\n    355099,", await File.ReadAllTextAsync(paths[0], Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"0\"", "\"9\"", "'9' is no query|Query 0 has no answer")]
    [InlineData("    77,\n", "", "8 items, expected 9")]
    [InlineData("    77,", "    8,", "000000000008 is there twice")]
    [InlineData("    77,", "    271520,", "000000271520 is its own reference")]
    [InlineData("    77,", "    78,", "78 is not in the gallery")]
    [InlineData("    77,", "    \"77\",", "\"77\" is no identity")]
    public async Task ValidateAsync_OfASpoiltFile_NamesTheFault(string text, string spoilt, string expected)
    {
        var dataset = await new CircoReader(TinyLayouts.Circo(_folder.FullName)).ReadAsync(DatasetSplit.Test, Cancel);
        var content = new CircoProtocol().Files(dataset, InOrder(dataset))[0].Content;
        var place = content.IndexOf(text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder["spoilt.json"], content[..place] + spoilt + content[(place + text.Length)..], Cancel);
        var faults = string.Join('\n', await CircoSubmission.ValidateAsync(_folder["spoilt.json"], dataset, Cancel));
        Assert.All(expected.Split('|'), part => Assert.Contains(part, faults, StringComparison.Ordinal));
    }

    private static IReadOnlyList<SearchHit>[] InOrder(TripletDataset dataset) =>
    [
        .. dataset.Triplets.Select(triplet => dataset.Candidates.Where(id => id != triplet.Reference).Select((id, i) => new SearchHit(id, -i, i + 1)).ToArray()),
    ];
}
