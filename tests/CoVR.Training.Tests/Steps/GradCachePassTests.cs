using CoVR.Conformance;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Steps;

/// <summary>A step in chunks is the step of the whole batch.</summary>
[Collection("torch")]
public sealed class GradCachePassTests
{
    public GradCachePassTests() => set_num_threads(1);

    public static TheoryData<string, string, string> Cases()
    {
        TheoryData<string, string, string> cases = [];
        foreach (var family in new[] { "blip", "blip2" })
        {
            foreach (var loss in new[] { "hn_nce", "cross_entropy" })
            {
                foreach (var terms in new[] { "si_ti", "si_tc", "si_ti+si_tc" })
                {
                    cases.Add(family, loss, terms);
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Compute_InChunks_GivesTheGradientsOfTheWholeBatch(string family, string loss, string terms)
    {
        using var batch = await Batch(family, 8);
        var (expected, whole) = Gradients(family, batch, Terms(loss, terms), new());
        foreach (var size in new[] { 1, 3, 4 })
        {
            var (value, chunked) = Gradients(family, batch, Terms(loss, terms), new() { ChunkSize = size });
            Assert.Equal(expected, value, 1e-5);
            AssertClose(whole, chunked, 1e-5f);
        }
    }

    [Fact]
    public async Task Run_InChunks_EndsAtTheWeightsOfTheWholeBatch()
    {
        Assert.True(await Trained(null) is { } whole && await Trained(3) is { } chunked && Largest(whole, chunked) < 1e-5f);

        static async Task<float[]> Trained(int? chunk)
        {
            using var encoder = new TinyEncoder(1, dropout: 0);
            var run = TinyRuns.Composed(encoder) with
            {
                Step = new ComposedTrainingStep(encoder, Terms("hn_nce", "si_ti")),
            };
            var options = TinyRuns.Options();
            options.ChunkSize = chunk;
            await new Trainer(options).RunAsync(run, null, TestContext.Current.CancellationToken);
            return TinyRuns.Weights(encoder);
        }
    }

    [Theory]
    [InlineData("blip", false)]
    [InlineData("blip", true)]
    [InlineData("blip2", false)]
    [InlineData("blip2", true)]
    public async Task Compute_WithDropout_DrawsTheSameInBothPasses(string family, bool frozen)
    {
        using var batch = await Batch(family, 7);
        var terms = Terms("cross_entropy", "si_ti+si_tc");
        var (loss, expected, after) = OnePass(family, batch, terms, frozen);
        foreach (var keep in new[] { false, true })
        {
            using var model = SmallModels.Create(family, dropout: 0.3, trainVision: !frozen);
            var random = new Generated();
            var (value, chunked) = Gradients(model, batch, terms, new() { ChunkSize = 3, KeepVisualTokens = keep });
            Assert.Equal(loss, value, 1e-6);
            AssertClose(expected, chunked, 1e-6f);
            Assert.Equal(after, random.Next());
        }
    }

    [Fact]
    public async Task Compute_FrozenVisionKept_EncodesEachPictureOnce()
    {
        using var batch = await Batch("blip", 7);
        foreach (var (frozen, keep, expected) in new[] { (true, true, 7), (true, false, 14), (false, true, 14), (false, false, 14) })
        {
            using var model = SmallModels.Create("blip", 0, trainVision: !frozen);
            var counting = new CountingEncoder(model.Encoder);
            Gradients(counting, batch, Terms("hn_nce", "si_ti"), new() { ChunkSize = 3, KeepVisualTokens = keep });
            Assert.Equal(expected, counting.Pictures);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task Backward_Factor_ScalesEveryGradient(int? chunk)
    {
        using var batch = await Batch("blip", 8);
        var (_, whole) = Gradients("blip", batch, Terms("hn_nce", "si_ti"), new() { ChunkSize = chunk });
        var (_, scaled) = Gradients("blip", batch, Terms("hn_nce", "si_ti"), new() { ChunkSize = chunk }, factor: 4);
        AssertClose([.. whole.Select(value => 4 * value)], scaled, 1e-5f);
    }

    [Fact]
    public async Task Compute_InChunks_LeavesNoTensors()
    {
        using var model = SmallModels.Create("blip", 0.1);
        using var batch = await Batch("blip", 8);
        var step = new ComposedTrainingStep(model.Encoder, Terms("hn_nce", "si_ti+si_tc"));
        Once();
        var before = LiveTensors.Settled();
        Once();
        LiveTensors.AssertNoMoreThan(before);

        void Once()
        {
            using var report = step.Compute(batch, new TrainingContext { ChunkSize = 3 });
            report.Backward();
            model.Module!.zero_grad();
        }
    }

    internal static IReadOnlyList<WeightedLossTerm> Terms(string loss, string terms)
    {
        IContrastiveLoss contrastive = loss == "hn_nce" ? new HardNegativeNceLoss() : new CrossEntropyContrastiveLoss();
        return [.. terms.Split('+').Select(term => new WeightedLossTerm(term == "si_ti" ? new QueryToTargetTerm(contrastive) : new QueryToCaptionTerm(contrastive), 0.5))];
    }

    internal static float Largest(float[] first, float[] second)
    {
        Assert.Equal(first.Length, second.Length);
        return first.Zip(second, (a, b) => Math.Abs(a - b)).Max();
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        var size = expected.Max(Math.Abs);
        Assert.True(size > 1e-3f, "The gradients are all nearly nothing.");
        var difference = Largest(expected, actual);
        Assert.True(difference <= tolerance * Math.Max(1, size), $"Gradients of up to {size} differ by {difference}.");
    }

    private static async Task<ComposedBatch> Batch(string family, int rows)
    {
        using var model = SmallModels.Create(family, 0);
        var world = new FakeWorld(vectors: model.Encoder.Vectors);
        var batches = new TrainingBatcher(world.Triplets, new ItemSampler(world.Triplets.Count, rows), new ComposedBatchSources
        {
            Texts = TrainingTokenizer.For(model),
            Targets = world,
            References = world,
            Captions = true,
        });
        await using var source = batches.ReadAsync(0, 0, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await source.MoveNextAsync());
        return source.Current;
    }

    private static (double Loss, float[] Gradients) Gradients(
        string family, ComposedBatch batch, IReadOnlyList<WeightedLossTerm> terms, TrainingContext context, double factor = 1)
    {
        using var model = SmallModels.Create(family, 0);
        return Gradients(model, batch, terms, context, factor);
    }

    private static (double Loss, float[] Gradients) Gradients(
        ComposedModel model, ComposedBatch batch, IReadOnlyList<WeightedLossTerm> terms, TrainingContext context, double factor = 1) =>
        Gradients(model.Encoder, batch, terms, context, factor);

    private static (double Loss, float[] Gradients) Gradients(
        IComposedEncoder encoder, ComposedBatch batch, IReadOnlyList<WeightedLossTerm> terms, TrainingContext context, double factor = 1)
    {
        using var scope = NewDisposeScope();
        var step = new ComposedTrainingStep(encoder, terms);
        step.Modules["model"].train();
        using var report = step.Compute(batch, context);
        report.Backward(factor);
        return (report.Total.item<float>(), Flat(step.Modules["model"]));
    }

    /// <summary>The same chunks by the same seeds with all their graphs kept, as memory would allow in a small case.</summary>
    private static (double Loss, float[] Gradients, float After) OnePass(string family, ComposedBatch batch, IReadOnlyList<WeightedLossTerm> terms, bool frozen)
    {
        using var model = SmallModels.Create(family, dropout: 0.3, trainVision: !frozen);
        model.Module!.train();
        using var scope = NewDisposeScope();
        var random = new Generated();
        var settings = new ComposedStepSettings();
        var encoder = new BatchEncoder(model.Encoder, settings, new TrainingContext());
        BatchRows[] rows = [.. BatchRows.Chunks(batch.Triplets.Count, 3)];
        var seeds = RandomState.DrawSeeds(2 * rows.Length);
        List<(Tensor Queries, Tensor Captions)> chunks = [];
        RandomState.Keep(() =>
        {
            for (var i = 0; i < rows.Length; i++)
            {
                RandomState.Seed(seeds[2 * i]);
                var visual = encoder.VisualTokens(batch, rows[i]);
                RandomState.Seed(seeds[(2 * i) + 1]);
                chunks.Add((encoder.Queries(batch, rows[i], visual), encoder.Captions(batch, rows[i])!));
            }
        });
        var report = LossReport.WeightedSum(terms, new TrainingEmbeddings(
            cat([.. chunks.Select(chunk => chunk.Queries)], 0), encoder.Targets(batch), cat([.. chunks.Select(chunk => chunk.Captions)], 0), settings.Temperature));
        report.Backward();
        return (report.Total.item<float>(), Flat(model.Module!), random.Next());
    }

    private static float[] Flat(nn.Module module)
    {
        using var scope = NewDisposeScope();
        return [.. module.named_parameters().OrderBy(named => named.name, StringComparer.Ordinal)
            .SelectMany(named => named.parameter.grad is { } gradient ? gradient.flatten().data<float>().ToArray() : [])];
    }

    /// <summary>Seeds the generator; its next number tells how many were drawn meanwhile.</summary>
    private sealed class Generated
    {
        internal Generated() => manual_seed(5);

        internal float Next()
        {
            using var number = rand(1);
            return number.item<float>();
        }
    }

    private sealed class CountingEncoder : nn.Module, IComposedEncoder
    {
        private readonly IComposedEncoder _inner;

        internal CountingEncoder(IComposedEncoder inner)
            : base("counting")
        {
            _inner = inner;
            register_module("inner", (nn.Module)inner);
        }

        internal long Pictures { get; private set; }

        public int Vectors => _inner.Vectors;

        public int Dimensions => _inner.Dimensions;

        public Tensor EncodeVisual(Tensor pixels)
        {
            Pictures += pixels.shape[0];
            return _inner.EncodeVisual(pixels);
        }

        public Tensor EncodeTarget(Tensor visualTokens) => _inner.EncodeTarget(visualTokens);

        public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both) =>
            _inner.EncodeQuery(visualTokens, modification, parts);

        public Tensor EncodeCaption(TokenBatch caption) => _inner.EncodeCaption(caption);
    }
}
