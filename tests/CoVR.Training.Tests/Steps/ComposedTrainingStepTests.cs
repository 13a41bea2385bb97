using CoVR.Losses;
using CoVR.TestSupport;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Schedules;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Steps;

[Collection("torch")]
public sealed class ComposedTrainingStepTests
{
    private static readonly CrossEntropyContrastiveLoss Loss = new();

    [Fact]
    public async Task Compute_TwoTerms_SumsWeightTimesTerm()
    {
        using var encoder = new TinyEncoder(1, dropout: 0);
        var step = new ComposedTrainingStep(encoder, [new(new QueryToTargetTerm(Loss), 0.25), new(new QueryToCaptionTerm(Loss), 2)]);
        using var batch = await First(new FakeWorld().Batcher(captions: true));
        using var report = step.Compute(batch);
        Assert.Equal(["si_ti", "si_tc"], report.Terms.Keys);
        Assert.Equal((0.25 * report.Terms["si_ti"]) + (2 * report.Terms["si_tc"]), report.Total.item<float>(), 1e-5);
    }

    [Fact]
    public async Task Compute_OneVector_NormalisesTargetsAsBlip()
    {
        var seen = await Targets(vectors: 1);
        Assert.All(seen, row => Assert.Equal(1, row.Sum(value => value * value), 1e-5));
    }

    [Fact]
    public async Task Compute_ManyVectors_AveragesTargetsWithoutNormalisingAsBlip2()
    {
        var world = new FakeWorld(vectors: 2);
        var seen = await Targets(vectors: 2);
        using var batch = await First(world.Batcher());
        var stored = batch.Targets!.Values.ToArray();
        Assert.Equal((stored[0] + stored[8]) / 2, seen[0][0], 1e-6);
    }

    [Fact]
    public async Task Compute_VisualTokenTable_GivesTheSameLossAsPixels()
    {
        using var encoder = new TinyEncoder(1, dropout: 0);
        var world = new FakeWorld();
        var pixels = new CachedPixelSource(world, 1L << 30);
        using var table = await VisualTokenTable.EncodeAsync(encoder, [.. world.Triplets.Select(triplet => triplet.Reference)], pixels, new VisualTokenOptions(CPU, BatchSize: 7), cancellationToken: TestContext.Current.CancellationToken);
        var sampler = new ItemSampler(world.Triplets.Count, 8);
        var sources = new ComposedBatchSources { Texts = world.Texts, Targets = world, References = pixels };
        var step = new ComposedTrainingStep(encoder, [new(new QueryToTargetTerm(Loss), 1)]);
        using var fromPixels = await First(new TrainingBatcher(world.Triplets, sampler, sources));
        using var fromTable = await First(new TrainingBatcher(world.Triplets, sampler, sources with { References = null, VisualTokens = table }));
        using var one = step.Compute(fromPixels);
        using var two = step.Compute(fromTable);
        Assert.Equal(one.Total.item<float>(), two.Total.item<float>(), 1e-6f);
        Assert.Equal(48, table.Count);
        Assert.True(encoder.training, "The encoder is back in training mode.");
    }

    [Fact]
    public async Task Compute_FrozenPart_GetsNoGradient()
    {
        using var encoder = new TinyEncoder(1);
        encoder.Vision.weight!.requires_grad = false;
        using var batch = await First(new FakeWorld().Batcher());
        using var report = new ComposedTrainingStep(encoder, [new(new QueryToTargetTerm(Loss), 1)]).Compute(batch);
        report.Total.backward();
        Assert.Null(encoder.Vision.weight!.grad);
        Assert.NotNull(encoder.Vision.bias!.grad);
    }

    [Fact]
    public async Task Pretraining_CaptionedImages_LearnsToMatchThem()
    {
        using var encoder = new TinyEncoder(1, dropout: 0);
        var world = new FakeWorld();
        CaptionedImage[] images = [.. world.Triplets.Select(triplet => new CaptionedImage(triplet.Reference, [triplet.Modification, triplet.Id]))];
        var batches = new CaptionedImageBatcher(images, new ItemSampler(images.Length, 16), world, world.Texts);
        var step = new ContrastivePretrainingStep(encoder, Loss);
        var log = new InMemoryRunLogger();
        var trainer = new Trainer(new TrainingOptions { MaxSteps = 60, LearningRate = 1e-2, Schedule = TrainingScheduleKind.CosinePerStep, WarmupSteps = 5, ClipNorm = 1 });
        await trainer.RunAsync(new TrainingRun<CaptionedImageBatch> { Step = step, Batches = batches, Loggers = [log] }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(log.Epochs[^1].MeanLoss < 0.7 * log.Epochs[0].MeanLoss, $"{log.Epochs[0].MeanLoss} to {log.Epochs[^1].MeanLoss}");
    }

    [Fact]
    public void Pretraining_ChunksOrSeveralProcesses_AreRefused()
    {
        using var encoder = new TinyEncoder(1);
        var step = new ContrastivePretrainingStep(encoder, Loss);
        step.RequireSupport(new TrainingContext());
        Assert.Contains("chunks of 3", Assert.Throws<NotSupportedException>(() => step.RequireSupport(new TrainingContext { ChunkSize = 3 })).Message, StringComparison.Ordinal);
        Assert.Contains("precision bf16-mixed", Assert.Throws<NotSupportedException>(() => step.RequireSupport(new TrainingContext { Precision = ScalarType.BFloat16 })).Message, StringComparison.Ordinal);
        var refused = ThreadRanks.Run(2, ranks => Assert.Throws<NotSupportedException>(() => step.RequireSupport(new TrainingContext { Collective = ranks })));
        Assert.Contains("2 processes", refused[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NoTerms_SaysHowToAddOne()
    {
        using var encoder = new TinyEncoder(1);
        var error = Assert.Throws<ArgumentException>(() => new ComposedTrainingStep(encoder, []));
        Assert.Contains("AddLossTerm", error.Message, StringComparison.Ordinal);
    }

    private static async Task<float[][]> Targets(int vectors)
    {
        using var encoder = new TinyEncoder(1, vectors: vectors);
        var term = new CapturingTerm();
        using var batch = await First(new FakeWorld(vectors: vectors).Batcher());
        using var report = new ComposedTrainingStep(encoder, [new(term, 1)]).Compute(batch);
        return [.. term.Targets.Chunk(8)];
    }

    private static async Task<T> First<T>(IBatchSource<T> source)
        where T : class, IDisposable
    {
        await using var batches = source.ReadAsync(0, 0, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await batches.MoveNextAsync());
        return batches.Current;
    }

    private sealed class CapturingTerm : ILossTerm
    {
        public string Name => "capture";

        public float[] Targets { get; private set; } = [];

        public Tensor Compute(TrainingEmbeddings batch)
        {
            Targets = batch.Targets!.contiguous().data<float>().ToArray();
            return batch.Queries.sum();
        }
    }
}
