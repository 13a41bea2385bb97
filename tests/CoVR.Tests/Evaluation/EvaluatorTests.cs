using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Tests.Fakes;

namespace CoVR.Tests.Evaluation;

[Collection("torch")]
public sealed class EvaluatorTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private static readonly EvaluationOptions AllParts = new() { Parts = [QueryParts.Both, QueryParts.Modification, QueryParts.Reference] };

    [Fact]
    public async Task EvaluateAsync_OfAllParts_ScoresOnlyComposedQueriesFully()
    {
        var results = await RunAsync(await FakePipeline.WithCornersAsync(), AllParts, protocol: new RecallProtocol(excludeReference: false));
        Assert.Equal([QueryParts.Both, QueryParts.Modification, QueryParts.Reference], results.Select(result => result.Parts));
        Assert.Equal(100, results[0].Report.Metrics["R@1"]);
        Assert.Equal(12.5, results[1].Report.Metrics["R@1"]); // only where the reference is black
        Assert.Equal(0, results[2].Report.Metrics["R@1"]); // the reference itself is found
        Assert.Equal(24, results[0].Report.Queries);
        Assert.Equal(8, results[0].Report.Gallery);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(24)]
    [InlineData(1000)]
    public async Task EvaluateAsync_InAnyBatchSize_RanksTheSame(int batchSize)
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var expected = await RunAsync(pipeline, AllParts);
        var actual = await RunAsync(pipeline, new EvaluationOptions { Parts = AllParts.Parts, BatchSize = batchSize, Workers = 2 });
        for (var kind = 0; kind < expected.Count; kind++)
        {
            Assert.Equal(expected[kind].Rankings.Select(hits => string.Join(' ', hits)), actual[kind].Rankings.Select(hits => string.Join(' ', hits)));
        }
    }

    [Fact]
    public async Task EvaluateAsync_OfTextAlone_ReadsNoMedia()
    {
        var reader = new FakeFrameReader();
        var pipeline = await FakePipeline.WithCornersAsync(reader: reader);
        var reads = reader.Reads;
        await RunAsync(pipeline, new EvaluationOptions { Parts = [QueryParts.Modification] });
        Assert.Equal(reads, reader.Reads);
    }

    [Fact]
    public async Task EvaluateAsync_OfSeveralParts_EncodesReferencesOnce()
    {
        var encoder = new ColourEncoder();
        var pipeline = await FakePipeline.WithCornersAsync(encoder);
        var calls = encoder.VisualCalls;
        await RunAsync(pipeline, new EvaluationOptions { Parts = AllParts.Parts, BatchSize = 12 });
        Assert.Equal(2, encoder.VisualCalls - calls);
    }

    [Fact]
    public async Task EvaluateAsync_WithAMissingCandidate_NamesIt()
    {
        var pipeline = FakePipeline.Create();
        await new EmbeddingJob(() => pipeline).EmbedAsync(FakePipeline.Corners[1..], null, Cancel).CountAsync(Cancel);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(pipeline, AllParts));
        Assert.Contains("corner-0", error.Message, StringComparison.Ordinal);
        var allowed = await RunAsync(pipeline, new EvaluationOptions { AllowMissingCandidates = true });
        Assert.Equal("7 of 8 candidates", allowed[0].Report.Facts["coverage"]);
    }

    [Fact]
    public async Task EvaluateAsync_Report_StatesWhatDefinesTheRun()
    {
        var facts = (await RunAsync(await FakePipeline.WithCornersAsync(), AllParts))[1].Report.Facts;
        Assert.Equal("text-only", facts["query parts"]);
        Assert.Equal("mean-pooled dot product", facts["similarity"]);
        Assert.Equal("mean", facts["pooling"]);
        Assert.Equal("middle", facts["query frames"]);
        Assert.Equal("colours", facts["model"]);
        Assert.StartsWith("the query's reference", facts["exclusions"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_AnswerConditioned_PoolsByTheScoresOfTheAnswer()
    {
        var pipeline = FakePipeline.Create();
        var video = new FramesMedia([ColourEncoder.Picture(1), ColourEncoder.Picture(2)]);
        await new EmbeddingJob(() => pipeline).EmbedAsync([new(new MediaId("video"), video), new(new MediaId("other"), new FramesMedia([ColourEncoder.Picture(4)]))], null, Cancel).CountAsync(Cancel);
        var dataset = new TripletDataset("pooled", DatasetSplit.Test, [new Triplet("0", ColourEncoder.IdOf(0), "red", new MediaId("video"), null, [5, 1])], [new("video"), new("other")]);
        var honest = await RunAsync(pipeline, new EvaluationOptions(), dataset);
        var conditioned = await RunAsync(pipeline, new EvaluationOptions { AnswerConditionedPooling = true }, dataset);
        Assert.Equal(0.5f, honest[0].Rankings[0][0].Score);
        Assert.Equal(1f, conditioned[0].Rankings[0][0].Score, 1e-4f);
        Assert.Contains("answer-conditioned", conditioned[0].Report.Facts["pooling"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_OfTripletsWithASubset_RanksTheSubsetBeyondTheDepth()
    {
        var plain = CornerReader.Dataset;
        var subset = plain.Candidates.Where((_, i) => i % 3 == 0).ToArray();
        var dataset = plain with { Triplets = [.. plain.Triplets.Select((triplet, i) => i == 0 ? triplet : triplet with { Subset = subset })] };
        var pipeline = await FakePipeline.WithCornersAsync();
        var whole = await RunAsync(pipeline, new EvaluationOptions(), plain, new RecallProtocol(cutoffs: [8]));
        var found = await RunAsync(pipeline, new EvaluationOptions(), dataset, new RecallProtocol(cutoffs: [2]));
        Assert.Equal(2, found[0].Rankings[0].Count);
        for (var i = 1; i < dataset.Triplets.Count; i++)
        {
            Assert.Equal(whole[0].Rankings[i].Where((hit, place) => place < 2 || subset.Contains(hit.Id)), found[0].Rankings[i]);
        }
    }

    [Fact]
    public async Task EvaluateAsync_Progress_CountsQueries()
    {
        var done = new List<long>();
        var pipeline = await FakePipeline.WithCornersAsync();
        await new Evaluator(() => pipeline).EvaluateAsync(CornerReader.Dataset, new CornerReader(), new RecallProtocol(), new EvaluationOptions { BatchSize = 10 }, new ListProgress(done), Cancel);
        Assert.Equal([10, 20, 24], done);
    }

    [Fact]
    public async Task EvaluateAsync_WithBadOptions_IsRefused()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        await Assert.ThrowsAsync<System.ComponentModel.DataAnnotations.ValidationException>(() => RunAsync(pipeline, new EvaluationOptions { BatchSize = 0 }));
    }

    private static Task<IReadOnlyList<EvaluationResult>> RunAsync(RetrievalPipeline pipeline, EvaluationOptions options, TripletDataset? dataset = null, IRetrievalProtocol? protocol = null) =>
        new Evaluator(() => pipeline).EvaluateAsync(dataset ?? CornerReader.Dataset, new CornerReader(), protocol ?? new RecallProtocol(), options, null, Cancel);

    private sealed class ListProgress(List<long> done) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => done.Add(value.Done);
    }
}
