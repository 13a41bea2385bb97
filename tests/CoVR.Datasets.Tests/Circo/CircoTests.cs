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
        var dataset = await TinyLayouts.Circo(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Validation, Cancel);
        Assert.Equal(new MediaId("000000271520"), dataset.Candidates[0]);
        Assert.Equal(new MediaId("000000000008"), dataset.Candidates[1]);
        Assert.Equal(10, dataset.Candidates.Count);
        Assert.Equal([1, 2, 3, 1], dataset.Triplets.Select(triplet => triplet.Answers!.Count));
        Assert.Equal(["000000355099", "000000000013"], dataset.Triplets[1].Answers!.Keys.Select(id => id.Value));
    }

    [Fact]
    public async Task ReadAsync_Train_SaysThatThereIsNone()
    {
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => TinyLayouts.Circo(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Train, Cancel).AsTask());
        Assert.Contains("Validation, Test", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{\"reference_img_id\": 4, \"relative_caption\": \"c\", \"id\": 0}]", "[0].reference_img_id", "picture 4 is not in COCO's list")]
    [InlineData("[{\"reference_img_id\": 8, \"relative_caption\": \"c\", \"id\": 0, \"target_img_id\": 13, \"gt_img_ids\": []}]", "[0].gt_img_ids", "the list is empty")]
    public async Task ReadAsync_OfAMalformedFile_NamesTheFault(string content, string field, string reason)
    {
        var options = TinyLayouts.Circo(_folder.FullName);
        await File.WriteAllTextAsync(options.Annotations[DatasetSplit.Validation], content, Cancel);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => options.CreateReader().ReadAsync(DatasetSplit.Validation, Cancel).AsTask());
        Assert.Equal(field, error.Field);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_OfRankingsInCocosOrder_GivesPrecisionAndRecall()
    {
        var dataset = await TinyLayouts.Circo(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Validation, Cancel);
        var report = new CircoProtocol().Score(dataset, InOrder(dataset));

        // Query i leaves out place i and asks for places i + 1 to i + 1 + (i mod 3): they are ranked from i + 1 on.
        double[] precisions = [1.0, (1.0 / 2 + 2.0 / 3) / 2, (1.0 / 3 + 2.0 / 4 + 3.0 / 5) / 3, 1.0 / 4];
        Assert.Equal(RetrievalMetrics.Round(100 * precisions.Average(), 2), report.Metrics["mAP@5"]);
        Assert.Equal(precisions.Select(value => 100 * value), report.QueryScores["mAP@5"].Select(value => value), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(100, report.Metrics["Recall@5"]);
    }

    private static IReadOnlyList<SearchHit>[] InOrder(TripletDataset dataset) =>
    [
        .. dataset.Triplets.Select(triplet => dataset.Candidates.Where(id => id != triplet.Reference).Select((id, i) => new SearchHit(id, -i, i + 1)).ToArray()),
    ];
}
