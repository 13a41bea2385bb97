using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.Tests.Layouts;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Datasets.Tests.EndToEnd;

/// <summary>Figures do not depend on the order of queries, workers or batches, with either family, on pictures and on videos.</summary>
[Collection("torch")]
public sealed class EvaluationInvarianceTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("blip", false)]
    [InlineData("blip2", false)]
    [InlineData("blip2", true)]
    public async Task EvaluateAsync_InAnyOrderBatchAndNumberOfWorkers_RanksTheSame(string family, bool ofVideos)
    {
        ITripletDatasetReader reader = ofVideos ? (await TinyVideos.WriteAsync(_folder.FullName)).CreateReader() : TinyLayouts.Cirr(_folder.FullName).CreateReader();
        IRetrievalProtocol protocol = ofVideos ? new WebVidCoVRProtocol() : new CirrProtocol();
        var collection = new ServiceCollection();
        collection.AddCoVR().UseTiny(family);
        await using var services = collection.BuildServiceProvider();
        var dataset = await reader.ReadAsync(DatasetSplit.Validation, Cancel);
        MediaItem[] items = [.. dataset.Candidates.Select(id => new MediaItem(id, reader.Locate(id)))];
        await foreach (var outcome in services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, null, Cancel))
        {
            Assert.Equal(EmbedStatus.Embedded, outcome.Status);
        }

        var random = new Random(8);
        var shuffled = dataset with { Triplets = [.. dataset.Triplets.OrderBy(_ => random.Next())], Candidates = [.. dataset.Candidates.OrderBy(_ => random.Next())] };
        var expected = await RunAsync(dataset, 2, 1);
        var reordered = await RunAsync(shuffled, 2, 4);
        var otherBatch = await RunAsync(shuffled, 5, 2);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(Rankings(expected[i], hit => $"{hit}"), Rankings(reordered[i], hit => $"{hit}"));
            Assert.Equal(expected[i].Report.Metrics, reordered[i].Report.Metrics);
            Assert.Equal(expected[i].Intervals, reordered[i].Intervals);
            Assert.Equal(expected[i].Fingerprint, reordered[i].Fingerprint);
            Assert.Equal(Rankings(expected[i], hit => hit.Id.Value), Rankings(otherBatch[i], hit => hit.Id.Value));
            Assert.Equal(expected[i].Report.Metrics, otherBatch[i].Report.Metrics);
        }

        Task<IReadOnlyList<EvaluationResult>> RunAsync(TripletDataset data, int batchSize, int workers) => services.GetRequiredService<Evaluator>().EvaluateAsync(
            data,
            reader,
            protocol,
            new EvaluationOptions { BatchSize = batchSize, Workers = workers, Queries = [QueryKind.Composed, QueryKind.TextOnly], Variants = [EvaluationVariant.LeakFree, EvaluationVariant.Corrected], Bootstrap = { Resamples = 50 } },
            null,
            Cancel);
    }

    private static SortedDictionary<string, string> Rankings(EvaluationResult result, Func<SearchHit, string> of) => new(
        result.Dataset.Triplets.Zip(result.Rankings).ToDictionary(pair => pair.First.Id, pair => string.Join(' ', pair.Second.Select(of))), StringComparer.Ordinal);
}
