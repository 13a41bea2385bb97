using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.Tests.Evaluation;

/// <summary>Processes that share an evaluation find what one finds; here they are threads.</summary>
[Collection("torch")]
public sealed class SharedEvaluationTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, 5)]
    [InlineData(3, 5)]
    [InlineData(2, 24)]
    [InlineData(7, 10)]
    public async Task EvaluateAsync_SharedByRanks_GivesEachTheResultsOfOneProcess(int ranks, int batchSize)
    {
        var expected = Describe(await RunAsync(batchSize, null));
        var results = ThreadRanks.Run(ranks, collective => Describe(RunAsync(batchSize, collective).GetAwaiter().GetResult()));
        Assert.All(results, actual => Assert.Equal(expected, actual));
    }

    [Fact]
    public void EvaluateAsync_SharedByRanks_EncodesEachQueryOnce()
    {
        var encoders = ThreadRanks.Run(3, collective =>
        {
            var encoder = new ColourEncoder();
            var pipeline = FakePipeline.WithCornersAsync(encoder).GetAwaiter().GetResult();
            var calls = encoder.VisualCalls;
            Evaluate(pipeline, 2, collective).GetAwaiter().GetResult();
            return encoder.VisualCalls - calls;
        });
        Assert.Equal(12, encoders.Sum());
        Assert.All(encoders, calls => Assert.Equal(4, calls));
    }

    private static async Task<IReadOnlyList<EvaluationResult>> RunAsync(int batchSize, CoVR.Distributed.ICollective? collective) =>
        await Evaluate(await FakePipeline.WithCornersAsync(), batchSize, collective);

    private static Task<IReadOnlyList<EvaluationResult>> Evaluate(RetrievalPipeline pipeline, int batchSize, CoVR.Distributed.ICollective? collective) =>
        new Evaluator(pipeline).EvaluateAsync(
            CornerReader.Dataset with { Triplets = [.. CornerReader.Dataset.Triplets, new Triplet("lost", new MediaId("lost-9"), "red", ColourEncoder.IdOf(1))] },
            new HalfLost(),
            new RecallProtocol(),
            new EvaluationOptions
            {
                Queries = [QueryKind.Composed, QueryKind.TextOnly],
                Variants = [EvaluationVariant.LeakFree, EvaluationVariant.LeakFree with { Name = "again" }],
                BatchSize = batchSize,
                AllowUnreadableReferences = true,
                Collective = collective,
            },
            null,
            Cancel);

    private static string[] Describe(IReadOnlyList<EvaluationResult> results) =>
    [
        .. results.SelectMany(result => (string[])
        [
            $"{result.Variant.Name} {result.Query} {result.Report.Queries} {string.Join(' ', result.Report.Metrics)} {string.Join(' ', result.Intervals)} missing {string.Join(' ', result.Coverage.Missing)}",
            .. result.Dataset.Triplets.Zip(result.Rankings, (triplet, hits) => $"{triplet.Id}: {string.Join(' ', hits.Select(hit => $"{hit.Id} {BitConverter.SingleToInt32Bits(hit.Score)} {hit.Rank}"))}"),
        ]),
    ];

    /// <summary>One reference cannot be read.</summary>
    private sealed class HalfLost : ITripletDatasetReader
    {
        private readonly CornerReader _corners = new();

        public string Name => "half lost";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => _corners.ReadAsync(split, cancellationToken);

        public MediaSource Locate(MediaId id) => id.Value == "lost-9" ? MediaSource.FromFile("/nowhere/lost-9.png") : _corners.Locate(id);
    }
}
