using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Reproduction.Evaluation;
using CoVR.Retrieval;

namespace CoVR.Blip.Tests;

/// <summary>What the evaluator guarantees about batches and order, with a real model.</summary>
[Collection("torch")]
public sealed class BlipEvaluationTests
{
    private const int Items = 24;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly string[] Words = ["red", "blue", "circle", "square", "make", "it", "smaller", "on", "the", "left"];
    private static readonly QueryKind[] Kinds = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.Average, QueryKind.Captions()];

    // Texts of one to ten words: every batch pads them differently.
    private static readonly TripletDataset Dataset = new(
        "small",
        DatasetSplit.Test,
        [.. Enumerable.Range(0, Items).Select(i => new Triplet($"{i}", Id(i), string.Join(' ', Words.Take(1 + (i * 7 % 10))), Id((i + 1) % Items), $"a {Words[i % 4]}"))],
        [.. Enumerable.Range(0, Items).Select(Id)]);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    public async Task EvaluateAsync_InAnotherBatchSize_ScoresTheSameToRounding(int batchSize)
    {
        using var model = SmallBlip.Create(SmallBlip.Options());
        var pipeline = await PipelineAsync(model);
        var expected = await RunAsync(pipeline, Dataset, 8);
        var actual = await RunAsync(pipeline, Dataset, batchSize);
        foreach (var (first, second) in expected.Zip(actual))
        {
            for (var query = 0; query < Items; query++)
            {
                var scores = second.Rankings[query].ToDictionary(hit => hit.Id, hit => hit.Score);
                Assert.All(first.Rankings[query], hit => Assert.Equal(hit.Score, scores[hit.Id], 2e-6f));
            }
        }
    }

    [Fact]
    public async Task EvaluateAsync_InAnotherOrder_ScoresTheSameToTheLastBit()
    {
        using var model = SmallBlip.Create(SmallBlip.Options());
        var pipeline = await PipelineAsync(model);
        var random = new Random(2);
        var shuffled = Dataset with { Triplets = [.. Dataset.Triplets.OrderBy(_ => random.Next())], Candidates = [.. Dataset.Candidates.OrderBy(_ => random.Next())] };
        foreach (var (first, second) in (await RunAsync(pipeline, Dataset, 5)).Zip(await RunAsync(pipeline, shuffled, 5)))
        {
            var byId = second.Dataset.Triplets.Zip(second.Rankings).ToDictionary(pair => pair.First.Id, pair => pair.Second);
            Assert.All(first.Dataset.Triplets.Zip(first.Rankings), pair => Assert.Equal(pair.Second, byId[pair.First.Id]));
            Assert.Equal(first.Report.Metrics, second.Report.Metrics);
            Assert.Equal(first.Intervals, second.Intervals);
            Assert.Equal(first.Fingerprint, second.Fingerprint);
        }
    }

    private static MediaId Id(int item) => new($"item-{item:00}");

    private static Task<IReadOnlyList<EvaluationResult>> RunAsync(RetrievalPipeline pipeline, TripletDataset dataset, int batchSize) =>
        new Evaluator(pipeline).EvaluateAsync(
            dataset, new Pictures(), new RecallProtocol(cutoffs: [1, Items]), new EvaluationOptions { Queries = Kinds, BatchSize = batchSize, Variants = [EvaluationVariant.LeakFree, ReferencePreset.Variant] }, null, Cancel);

    private static async Task<RetrievalPipeline> PipelineAsync(ComposedModel model)
    {
        var sampler = FrameSamplers.Middle;
        var pipeline = new RetrievalPipeline
        {
            Model = model,
            FrameReader = new Frames(),
            Transform = ImageTransforms.Evaluation(model.Description.Image),
            GallerySampler = sampler,
            QuerySampler = sampler,
            Pooling = FramePoolings.Mean,
            Gallery = new MemoryGallery(model.Fingerprint(sampler.Name)),
        };
        var pictures = new Pictures();
        await pipeline.CreateEmbeddingJob().EmbedAsync([.. Dataset.Candidates.Select(id => new MediaItem(id, pictures.Locate(id)))], null, Cancel).CountAsync(Cancel);
        return pipeline;
    }

    private sealed class Frames : IFrameReader
    {
        public ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(media.Frames!);
    }

    private sealed class Pictures : ITripletDatasetReader
    {
        public string Name => "small";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => ValueTask.FromResult(Dataset);

        public MediaSource Locate(MediaId id)
        {
            var pixels = new byte[16 * 16 * 3];
            new Random(int.Parse(id.Value.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture)).NextBytes(pixels);
            return MediaSource.FromFrames([new RgbFrame(16, 16, pixels)]);
        }
    }
}
