using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Reproduction.Embedding;
using CoVR.Reproduction.Evaluation;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.Reproduction.Tests.Evaluation;

/// <summary>What the reference's code does to rankings, slips included.</summary>
[Collection("torch")]
public sealed class ReferenceRankingTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EvaluateAsync_ReferencePreset_HoldsATargetOnceForEachRow()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var result = (await RunAsync(pipeline, CornerReader.Dataset, new RecallProtocol(), ReferencePreset.Variant))[0];
        var rows = result.Dataset.Triplets;
        for (var query = 0; query < rows.Count; query++)
        {
            var (target, own) = (rows[query].Target!.Value, query);
            float[] scores = [.. rows.Select(row => row.Target == rows[own].Reference ? -10f : row.Target == target ? 1 : 0)];
            var expected = NumpyArgsort.Ascending(scores).Reverse().Select(row => row == own ? target.Value : $"{rows[row].Target} (row {rows[row].Id})");
            Assert.Equal(expected, result.Rankings[query].Select(hit => hit.Id.Value));
            Assert.Equal(Enumerable.Range(1, 24), result.Rankings[query].Select(hit => hit.Rank));
        }

        Assert.Equal((8, 8), (result.Coverage.CandidatesPresent, result.Coverage.TargetsPresent));
        Assert.InRange(result.Report.Metrics["R@1"], 1, 99); // of three equal columns one is right
        Assert.Equal(100, result.Report.Metrics["R@5"]);
        Assert.Empty(result.Deviations);
    }

    [Fact]
    public async Task EvaluateAsync_ReferencePreset_WeighsEachColumnByItsOwnRow()
    {
        var pipeline = FakePipeline.Create();
        for (var corner = 0; corner < 8; corner++)
        {
            await pipeline.Gallery.WriteAsync(ColourEncoder.IdOf(corner), new EmbeddingSet(corner == 1 ? Frames(1, 6) : Frames(0, 0), 1, 8, 2), Cancel);
        }

        TripletDataset dataset = new("two rows", DatasetSplit.Test, [Row("a", [1, 0]), Row("b", [0, 1])], CornerReader.Dataset.Candidates);
        var results = await RunAsync(pipeline, dataset, new RecallProtocol(excludeReference: false), EvaluationVariant.Corrected, ReferencePreset.Variant);

        Assert.Equal(["corner-1", "corner-1 (row b)"], results[1].Rankings[0].Take(2).Select(hit => hit.Id.Value));
        Assert.Equal(["corner-1 (row a)", "corner-1"], results[1].Rankings[1].Where(hit => hit.Id.Value.StartsWith("corner-1", StringComparison.Ordinal)).Select(hit => hit.Id.Value));
        Assert.Contains(results[0].Deviations, sentence => sentence.Contains("weighted by the text of the first", StringComparison.Ordinal));
        Assert.DoesNotContain(results[1].Deviations, sentence => sentence.Contains("weighted by the text of the first", StringComparison.Ordinal));

        static Triplet Row(string id, float[] scores) => new(id, ColourEncoder.IdOf(0), "red", ColourEncoder.IdOf(1), null, scores);
        static float[] Frames(int first, int second) => [.. Enumerable.Range(0, 16).Select(i => i == first || i == 8 + second ? 1f : 0)];
    }

    [Fact]
    public async Task EvaluateAsync_ReferencePreset_DrawsFifteenOfMoreFrames()
    {
        var pipeline = FakePipeline.Create();
        var random = new Random(3);
        var video = new EmbeddingSet(Enumerable.Range(0, 20 * 8).Select(_ => random.NextSingle()).ToArray(), 1, 8, 20);
        await pipeline.Gallery.WriteAsync(ColourEncoder.IdOf(1), video, Cancel);
        TripletDataset dataset = new("one", DatasetSplit.Test, [new Triplet("a", ColourEncoder.IdOf(0), "red", ColourEncoder.IdOf(1))], [ColourEncoder.IdOf(1)]);
        var first = await RunAsync(pipeline, dataset, new RecallProtocol(), EvaluationVariant.Corrected, ReferencePreset.Variant);
        var second = await RunAsync(pipeline, dataset, new RecallProtocol(), ReferencePreset.Variant);

        Assert.Equal(first[1].Rankings[0], second[0].Rankings[0]);
        Assert.NotEqual(first[0].Rankings[0][0].Score, first[1].Rankings[0][0].Score);
        Assert.Contains(first[1].Deviations, sentence => sentence.Contains("up to 20 frames, of which 15 were drawn", StringComparison.Ordinal));
        Assert.Contains("at most 15 frames", first[1].Fingerprint.Pooling, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_OfATreeThatDoesNotSayWhatMadeIt_DoesNotClaimItsColours()
    {
        using var folder = new TemporaryFolder();
        var tree = new PthTreeGallery(folder["tree"], FakePipeline.Model().Fingerprint("all"));
        foreach (var corner in Enumerable.Range(0, 8))
        {
            await tree.WriteAsync(ColourEncoder.IdOf(corner), new EmbeddingSet(Enumerable.Range(0, 16).Select(i => i % 8 == corner ? 1f : 0).ToArray(), 1, 8, 2), Cancel);
        }

        Assert.False((await tree.GetInfoAsync(Cancel)).Fingerprint.IsAssumed);
        foreach (var manifest in Directory.GetFiles(folder["tree"], "*.json"))
        {
            File.Delete(manifest); // as Python's tools leave a tree
        }

        var pipeline = FakePipeline.Create(gallery: new PthTreeGallery(folder["tree"], FakePipeline.Model().Fingerprint("all")));
        var results = await RunAsync(pipeline, CornerReader.Dataset, new RecallProtocol(), EvaluationVariant.LeakFree, ReferencePreset.Variant);
        Assert.All(results, result => Assert.Equal("unknown", result.Fingerprint.ColourOrder));
        Assert.Contains("do not record how they were made", Assert.Single(results[0].Deviations), StringComparison.Ordinal);
        Assert.DoesNotContain(results[1].Deviations, sentence => sentence.Contains("RGB", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("identity", "corner-5,corner-3")]
    [InlineData("numpy", "corner-5,corner-3")]
    [InlineData("torch", "corner-3,corner-5")]
    public async Task EvaluateAsync_OfScoresThatDifferByABit_RoundsThemOnlyAsDistances(string ties, string expected)
    {
        var pipeline = FakePipeline.Create();
        for (var corner = 0; corner < 8; corner++)
        {
            var score = corner == 3 ? 0.1f : corner == 5 ? float.BitIncrement(0.1f) : 0;
            await pipeline.Gallery.WriteAsync(ColourEncoder.IdOf(corner), new EmbeddingSet(new[] { 0, score, 0, 0, 0, 0, 0, 0 }, 1, 8), Cancel);
        }

        ITieBreaker? breaker = ties switch { "numpy" => ReferenceTies.Numpy, "torch" => ReferenceTies.Torch, _ => null };
        var result = (await RunAsync(pipeline, CornerReader.Dataset, new WithTies(breaker), EvaluationVariant.LeakFree))[0];
        Assert.Equal(expected.Split(','), result.Rankings[0].Take(2).Select(hit => hit.Id.Value)); // from corner 0 ask for corner 1
        Assert.Equal(breaker is not null, result.Rankings[0].Any(hit => hit.Id.Value == "corner-0"));
        if (breaker is not null)
        {
            Assert.Equal(("corner-0", float.NegativeInfinity), (result.Rankings[0][^1].Id.Value, result.Rankings[0][^1].Score));
        }
    }

    private static Task<IReadOnlyList<EvaluationResult>> RunAsync(RetrievalPipeline pipeline, TripletDataset dataset, IRetrievalProtocol protocol, params EvaluationVariant[] variants) =>
        new Evaluator(pipeline).EvaluateAsync(dataset, new CornerReader(), protocol, new EvaluationOptions { Variants = variants, AllowMissingCandidates = true }, null, Cancel);

    private sealed class WithTies(ITieBreaker? ties) : IRetrievalProtocol
    {
        private readonly RecallProtocol _inner = new();

        public string Name => "ties";

        public ISimilarity Similarity => _inner.Similarity;

        public int Depth => _inner.Depth;

        public string PrimaryMetric => _inner.PrimaryMetric;

        public RetrievalRules Rules { get; } = new() { TieBreaker = ties };

        public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => _inner.Exclusions(triplet);

        public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings) => _inner.Score(dataset, rankings);
    }
}
