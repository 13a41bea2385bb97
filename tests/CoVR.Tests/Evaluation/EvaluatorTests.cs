using CoVR.Data;
using CoVR.Embedding;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Reproduction.Evaluation;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using static TorchSharp.torch;

namespace CoVR.Tests.Evaluation;

[Collection("torch")]
public sealed class EvaluatorTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private static readonly EvaluationOptions AllParts = new() { Queries = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly] };

    [Fact]
    public async Task EvaluateAsync_OfAllParts_ScoresOnlyComposedQueriesFully()
    {
        var results = await RunAsync(await FakePipeline.WithCornersAsync(), AllParts, protocol: new RecallProtocol(excludeReference: false));
        Assert.Equal(AllParts.Queries, results.Select(result => result.Query));
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
        var actual = await RunAsync(pipeline, new EvaluationOptions { Queries = AllParts.Queries, BatchSize = batchSize, Workers = 2 });
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
        await RunAsync(pipeline, new EvaluationOptions { Queries = [QueryKind.TextOnly] });
        Assert.Equal(reads, reader.Reads);
    }

    [Fact]
    public async Task EvaluateAsync_OfSeveralParts_EncodesReferencesOnce()
    {
        var encoder = new ColourEncoder();
        var pipeline = await FakePipeline.WithCornersAsync(encoder);
        var calls = encoder.VisualCalls;
        await RunAsync(pipeline, new EvaluationOptions { Queries = AllParts.Queries, BatchSize = 12 });
        Assert.Equal(2, encoder.VisualCalls - calls);
    }

    [Fact]
    public async Task EvaluateAsync_WithAMissingCandidate_NamesIt()
    {
        var pipeline = FakePipeline.Create();
        await new EmbeddingJob(pipeline).EmbedAsync(FakePipeline.Corners[1..], null, Cancel).CountAsync(Cancel);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(pipeline, AllParts));
        Assert.Contains("corner-0", error.Message, StringComparison.Ordinal);
        var allowed = await RunAsync(pipeline, new EvaluationOptions { AllowMissingCandidates = true });
        Assert.Equal(new EvaluationResult.EvaluationCoverage(24, 24, 7, 8, 7, 8, ["corner-0"]).Describe(), allowed[0].Coverage.Describe());
        Assert.Equal(["corner-0"], allowed[0].Coverage.Missing);
        Assert.False(allowed[0].Coverage.IsComplete);
        Assert.Equal(87.5, allowed[0].Report.Metrics["R@1"]); // the three queries for the missing corner fail
    }

    [Fact]
    public async Task EvaluateAsync_OfASplitThatLacksMedia_CountsWhatItsReaderLeftOut()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var dataset = CornerReader.Dataset with { MissingTriplets = 6, MissingTargets = 2, MissingCandidates = 3, MissingMedia = [new MediaId("gone")] };

        var result = (await RunAsync(pipeline, new EvaluationOptions(), dataset))[0];

        Assert.Equal("24 of 30 queries, 8 of 10 targets, 8 of 11 candidates", result.Coverage.Describe());
        Assert.Equal(["gone"], result.Coverage.Missing);
        Assert.False(result.Coverage.IsComplete);
    }

    [Fact]
    public async Task EvaluateAsync_UnreadableReference_EndsTheRunOrIsLeftOut()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var dataset = CornerReader.Dataset with { Triplets = [.. CornerReader.Dataset.Triplets, new Triplet("lost", new MediaId("lost-9"), "red", ColourEncoder.IdOf(1))] };
        var media = new LostMedia();
        await Assert.ThrowsAsync<MediaReadException>(() => RunAsync(pipeline, new EvaluationOptions(), dataset, media: media));
        var allowed = (await RunAsync(pipeline, new EvaluationOptions { AllowUnreadableReferences = true }, dataset, media: media))[0];
        Assert.Equal((24, 25), (allowed.Coverage.QueriesScored, allowed.Coverage.Queries));
        Assert.Equal(["lost-9"], allowed.Coverage.Missing);
        Assert.Equal(24, allowed.Report.Queries);
        Assert.Equal(CornerReader.Dataset.Triplets, allowed.Dataset.Triplets);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RunAsync(pipeline, new EvaluationOptions { AllowUnreadableReferences = true }, dataset with { Triplets = [dataset.Triplets[^1]] }, media: media));
        Assert.Contains("lost-9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_Fingerprint_StatesWhatDefinesTheRun()
    {
        var fingerprint = (await RunAsync(await FakePipeline.WithCornersAsync(), AllParts))[1].Fingerprint;
        Assert.Equal("text-only", fingerprint.Query);
        Assert.Equal("mean-pooled dot product", fingerprint.Similarity);
        Assert.Equal("mean, made unit length", fingerprint.Pooling);
        Assert.Equal("middle", fingerprint.QueryFrames);
        Assert.Equal("colours", fingerprint.Model);
        Assert.Equal("honest", fingerprint.Preset);
        Assert.Equal("rgb", fingerprint.ColourOrder);
        Assert.Equal("corners test", fingerprint.Dataset);
        Assert.StartsWith("left out", fingerprint.SelfMatch, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_OfSeveralVariants_PoolsByTheRulesOfEach()
    {
        var pipeline = FakePipeline.Create();
        var video = MediaSource.FromFrames([ColourEncoder.Picture(1), ColourEncoder.Picture(2)]);
        await new EmbeddingJob(pipeline).EmbedAsync([new(new MediaId("video"), video), new(new MediaId("other"), MediaSource.FromFrames([ColourEncoder.Picture(4)]))], null, Cancel).CountAsync(Cancel);
        var dataset = new TripletDataset("pooled", DatasetSplit.Test, [new Triplet("0", ColourEncoder.IdOf(0), "red", new MediaId("video"), null, [5, 1])], [new("video"), new("other")]);
        var results = await RunAsync(
            pipeline,
            new EvaluationOptions { Variants = [EvaluationVariant.LeakFree, EvaluationVariant.Corrected, ReferencePreset.Variant, EvaluationVariant.LeakFree with { Name = "query-time pooling", Similarity = Similarities.QueryTimePooled() }] },
            dataset);

        var weighed = 1 / (1 + Math.Exp(-10)); // two frames of similarity 1 and 0, temperature 0.1
        Assert.Equal([Math.Sqrt(0.5), 1, 1, weighed], results.Select(result => (double)result.Rankings[0][0].Score), (left, right) => Math.Abs(left - right) < 1e-6);
        Assert.Equal([0, 1, 1, 0], results.Select(result => result.Leaks.Count));
        Assert.Equal(["honest", "corrected", "reference", "honest"], results.Select(result => result.Fingerprint.Preset));
        Assert.Equal("by each query", results[3].Fingerprint.Pooling);
        Assert.Empty(results[1].Deviations);
        Assert.Contains("RGB", Assert.Single(results[2].Deviations), StringComparison.Ordinal);
        Assert.Contains("instead of the protocol's", Assert.Single(results[3].Deviations), StringComparison.Ordinal);
        Assert.Equal(4, results.Select(result => result.Fingerprint.Sha256()).Distinct().Count());
    }

    [Fact]
    public async Task EvaluateAsync_OfImagesAloneByThePapersRules_TakesTheMeanOfFrames()
    {
        var pipeline = FakePipeline.Create();
        var video = MediaSource.FromFrames([ColourEncoder.Picture(0), ColourEncoder.Picture(0), ColourEncoder.Picture(0), ColourEncoder.Picture(2)]);
        await new EmbeddingJob(pipeline).EmbedAsync([new(new MediaId("video"), video)], null, Cancel).CountAsync(Cancel);
        var dataset = new TripletDataset("pooled", DatasetSplit.Test, [new Triplet("0", ColourEncoder.IdOf(0), "red", new MediaId("video"), null, [0, 0, 0, 5])], [new("video")]);
        var results = await RunAsync(
            pipeline, new EvaluationOptions { Variants = [EvaluationVariant.Corrected, ReferencePreset.Variant], Queries = [QueryKind.Composed, QueryKind.ImageOnly] }, dataset);

        double[] expected = [0, 3 / Math.Sqrt(10), 0, 3 / Math.Sqrt(10)];
        Assert.Equal(expected, results.Select(result => (double)result.Rankings[0][0].Score), (left, right) => Math.Abs(left - right) < 1e-6);
        Assert.Equal([1, 0, 1, 0], results.Select(result => result.Leaks.Count));
        Assert.StartsWith("mean", results[1].Fingerprint.Pooling, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_OfSeveralVariants_EncodesQueriesOnce()
    {
        var encoder = new ColourEncoder();
        var pipeline = await FakePipeline.WithCornersAsync(encoder);
        var calls = encoder.VisualCalls;
        await RunAsync(pipeline, new EvaluationOptions { BatchSize = 12, Variants = [EvaluationVariant.LeakFree, EvaluationVariant.Corrected, ReferencePreset.Variant] });
        Assert.Equal(2, encoder.VisualCalls - calls);
    }

    [Fact]
    public async Task EvaluateAsync_ReferencePreset_RanksExcludedItemsLastAndLaterTiesFirst()
    {
        var once = CornerReader.Dataset with { Triplets = [.. CornerReader.Dataset.Triplets.DistinctBy(row => row.Target)] };
        var results = await RunAsync(await FakePipeline.WithCornersAsync(), new EvaluationOptions { Variants = [EvaluationVariant.LeakFree, ReferencePreset.Variant] }, once);
        var triplet = once.Triplets[0]; // corner 0, asks for corner 1: all others have similarity 0
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], Corners(results[0].Rankings[0]));
        Assert.Equal([1, 7, 6, 5, 4, 3, 2, 0], Corners(results[1].Rankings[0]));
        Assert.Equal(triplet.Reference, results[1].Rankings[0][^1].Id);
        Assert.Equal(8, results[1].Rankings[0][^1].Rank);
    }

    [Fact]
    public async Task EvaluateAsync_OfShuffledData_GivesEqualResults()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var random = new Random(5);
        var dataset = CornerReader.Dataset;
        var shuffled = dataset with { Triplets = [.. dataset.Triplets.OrderBy(_ => random.Next())], Candidates = [.. dataset.Candidates.OrderBy(_ => random.Next())] };
        var expected = await RunAsync(pipeline, new EvaluationOptions { Queries = [QueryKind.ImageOnly], BatchSize = 7 }, dataset); // many ties
        var actual = await RunAsync(pipeline, new EvaluationOptions { Queries = [QueryKind.ImageOnly], BatchSize = 7, Workers = 1 }, shuffled);
        Assert.Equal(Rankings(expected[0]), Rankings(actual[0]));
        Assert.Equal(expected[0].Report.Metrics, actual[0].Report.Metrics);
        Assert.Equal(expected[0].Intervals, actual[0].Intervals);
        Assert.Equal(expected[0].Fingerprint, actual[0].Fingerprint);

        static Dictionary<string, string> Rankings(EvaluationResult result) =>
            result.Dataset.Triplets.Zip(result.Rankings).ToDictionary(pair => pair.First.Id, pair => string.Join(' ', pair.Second));
    }

    [Fact]
    public async Task EvaluateAsync_OfAverageAndCaptions_CombinesEmbeddings()
    {
        var pipeline = await FakePipeline.WithCornersAsync(new ColourEncoder(vectors: 3));
        var names = new[] { "red", "green", "blue" };
        var dataset = CornerReader.Dataset with
        {
            Triplets = [.. CornerReader.Dataset.Triplets.Select(triplet => triplet with { TargetCaption = string.Join(' ', names.Where((_, bit) => (Corner(triplet.Target!.Value) >> bit & 1) == 1).DefaultIfEmpty("nothing")) })],
        };
        var kinds = new[] { QueryKind.Average, QueryKind.Captions(0.25, 0.75) };
        var results = await RunAsync(pipeline, new EvaluationOptions { Queries = kinds }, dataset, new RecallProtocol(excludeReference: false));

        // Corner 2, "red": half of the text's corner 1 and half of the reference's corner 2, unit length.
        var query = dataset.Triplets.Select((triplet, i) => (triplet, i)).Single(pair => pair.triplet.Id == "2-0").i;
        Assert.Equal([1, 2], Corners(results[0].Rankings[query]).Take(2));
        Assert.All(results[0].Rankings[query].Take(2), hit => Assert.Equal(Math.Sqrt(0.5), hit.Score, 1e-6));
        Assert.Equal(3, Corners(results[1].Rankings[query])[0]);
        Assert.Equal(1, results[1].Rankings[query][0].Score, 1e-6); // picture and caption are right: 0.75 + 0.25
        Assert.Equal("captions 0.25", results[1].Fingerprint.Query);
    }

    [Fact]
    public async Task EvaluateAsync_ByCaptionsThatAreNotThere_NamesACandidate()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await RunAsync(await FakePipeline.WithCornersAsync(), new EvaluationOptions { Queries = [QueryKind.Captions()] }));
        Assert.Contains("corner-0", error.Message, StringComparison.Ordinal);
        var other = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await RunAsync(await FakePipeline.WithCornersAsync(), new EvaluationOptions { Queries = [QueryKind.Captions()] }, protocol: new RecallProtocol(Similarities.MaxOverPairs)));
        Assert.Contains("maximum over token pairs", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_WithAStoreOfAnotherModel_IsRefused()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var other = new MemoryGallery(FakePipeline.Fingerprint with { WeightsSha256 = new string('1', 64) });
        await Assert.ThrowsAsync<GalleryException>(() => RunAsync(pipeline, new EvaluationOptions { Variants = [EvaluationVariant.LeakFree with { Store = other }] }));
    }

    [Fact]
    public async Task EvaluateAsync_WithABgrStore_StatesTheColourOrder()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var bgr = new MemoryGallery(FakePipeline.Fingerprint with { Preprocessing = FakePipeline.Fingerprint.Preprocessing + " bgr" });
        await bgr.UpsertAsync(await pipeline.Gallery.GetAsync([.. Enumerable.Range(0, 8).Select(ColourEncoder.IdOf)], Cancel), Cancel);

        var results = await RunAsync(pipeline, new EvaluationOptions { Variants = [EvaluationVariant.LeakFree with { Store = bgr }, ReferencePreset.Variant with { Store = bgr }] });
        Assert.All(results, result => Assert.Equal("bgr", result.Fingerprint.ColourOrder));
        Assert.Contains("swapped", Assert.Single(results[0].Deviations), StringComparison.Ordinal);
        Assert.Empty(results[1].Deviations);
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
        await new Evaluator(pipeline).EvaluateAsync(CornerReader.Dataset, new CornerReader(), new RecallProtocol(), new EvaluationOptions { BatchSize = 10 }, new ListProgress(done), Cancel);
        Assert.Equal([10, 20, 24], done);
    }

    [Fact]
    public async Task EvaluateAsync_WithBadOptions_IsRefused()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => RunAsync(pipeline, new EvaluationOptions { BatchSize = 0 }));
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => RunAsync(pipeline, new EvaluationOptions { Queries = [QueryKind.Average, QueryKind.Average] }));
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => RunAsync(pipeline, new EvaluationOptions { Bootstrap = new Bootstrap { Level = 1 } }));
    }

    [Fact]
    public async Task EvaluateAsync_OfIdentitiesThatAreThereTwice_NamesThem()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var dataset = CornerReader.Dataset;
        var error = await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(pipeline, new EvaluationOptions(), dataset with { Triplets = [.. dataset.Triplets, dataset.Triplets[4]] }));
        Assert.Contains(dataset.Triplets[4].Id, error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(pipeline, new EvaluationOptions(), dataset with { Candidates = [.. dataset.Candidates, dataset.Candidates[2]] }));
        Assert.Contains("corner-2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_WithoutAnythingToRank_SaysSo()
    {
        var none = CornerReader.Dataset with { Candidates = [] };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await RunAsync(await FakePipeline.WithCornersAsync(), new EvaluationOptions(), none));
        Assert.Contains("no candidates", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(FakePipeline.Create(), new EvaluationOptions { AllowMissingCandidates = true }));
        Assert.Contains("8 of 8 candidates", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_OfNumbersThatAreNotFinite_NamesItemOrQuery()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var damaged = EvaluationVariant.LeakFree with { Store = new DamagedSource(pipeline.Gallery) };
        var inStore = await Assert.ThrowsAsync<GalleryException>(() => RunAsync(pipeline, new EvaluationOptions { Variants = [damaged] }));
        Assert.Contains("'corner-3' holds NaN at index 2", inStore.Message, StringComparison.Ordinal);
        var inModel = await Assert.ThrowsAsync<InvalidOperationException>(async () => await RunAsync(await FakePipeline.WithCornersAsync(new Diverged()), new EvaluationOptions()));
        Assert.Contains("query 0-0 of corners (composed)", inModel.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_Cancelled_Ends()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Evaluator(pipeline).EvaluateAsync(
            CornerReader.Dataset, new CornerReader(), new RecallProtocol(), new EvaluationOptions { BatchSize = 5 }, new Stopping(stop), stop.Token));
    }

    private static Task<IReadOnlyList<EvaluationResult>> RunAsync(RetrievalPipeline pipeline, EvaluationOptions options, TripletDataset? dataset = null, IRetrievalProtocol? protocol = null, ITripletDatasetReader? media = null) =>
        new Evaluator(pipeline).EvaluateAsync(dataset ?? CornerReader.Dataset, media ?? new CornerReader(), protocol ?? new RecallProtocol(), options, null, Cancel);

    private static int[] Corners(IReadOnlyList<SearchHit> hits) => [.. hits.Select(hit => Corner(hit.Id))];

    private static int Corner(MediaId id) => id.Value[^1] - '0';

    private sealed class LostMedia : ITripletDatasetReader
    {
        private readonly CornerReader _corners = new();

        public string Name => "lost";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => _corners.ReadAsync(split, cancellationToken);

        public MediaSource Locate(MediaId id) => id.Value.StartsWith("lost", StringComparison.Ordinal) ? MediaSource.FromFile("/there/is/no/file.png") : _corners.Locate(id);
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => stop.Cancel();
    }

    /// <summary>Targets as they should be, queries that are not numbers.</summary>
    private sealed class Diverged : IComposedEncoder
    {
        private readonly ColourEncoder _colours = new();

        public int Vectors => _colours.Vectors;

        public int Dimensions => _colours.Dimensions;

        public Tensor EncodeVisual(Tensor pixels) => _colours.EncodeVisual(pixels);

        public Tensor EncodeTarget(Tensor visualTokens) => _colours.EncodeTarget(visualTokens);

        public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both) =>
            _colours.EncodeQuery(visualTokens, modification, parts).fill_(float.NaN);

        public Tensor EncodeCaption(TokenBatch caption) => _colours.EncodeCaption(caption);
    }

    private sealed class ListProgress(List<long> done) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => done.Add(value.Done);
    }

    /// <summary>A source of others that does not refuse damaged numbers.</summary>
    private sealed class DamagedSource(IGallery inner) : IEmbeddingSource
    {
        public ValueTask<EmbeddingFingerprint> GetFingerprintAsync(CancellationToken cancellationToken = default) => inner.GetFingerprintAsync(cancellationToken);

        public ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default) => inner.ContainsAsync(id, cancellationToken);

        public ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default) => id == ColourEncoder.IdOf(3)
            ? ValueTask.FromResult<EmbeddingSet?>(new EmbeddingSet(new[] { 0, 0, float.NaN, 0, 0, 0, 0, 0 }, 1, 8))
            : inner.ReadAsync(id, cancellationToken);
    }
}
