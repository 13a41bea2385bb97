using CoVR.Data;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.TestSupport;
using CoVR.Training.Runs;
using CoVR.Training.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.DependencyInjection;

[Collection("torch")]
public sealed class AddTrainingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("second")]
    public async Task Trainer_OfAPipeline_TrainsItsModelOnDecodedFrames(string pipeline)
    {
        await using var services = Build(pipeline, options => (options.Epochs, options.BatchSize, options.LearningRate) = (2, 8, 1e-3));
        var model = services.Model(pipeline);
        var store = services.GetRequiredKeyedService<IGallery>(pipeline);
        var before = TinyRuns.Weights((TinyEncoder)model.Encoder);
        var triplets = Triplets(16);
        foreach (var triplet in triplets)
        {
            await store.WriteAsync(triplet.Target!.Value, new EmbeddingSet(Enumerable.Range(0, 24).Select(i => 0.1f * i).ToArray(), 1, 8, 3), Token);
        }

        var log = new InMemoryRunLogger();
        var result = await services.GetRequiredKeyedService<Trainer>(pipeline).TrainAsync(
            new TrainingPlan
            {
                Dataset = new TripletDataset("made-up", DatasetSplit.Train, triplets, []),
                Locate = id => MediaSource.FromFrames([Frame(id)]),
                Loggers = [log],
            },
            null,
            Token);
        Assert.Equal((4, 2), (result.Steps, log.Epochs.Count));
        Assert.NotEqual(before, TinyRuns.Weights((TinyEncoder)model.Encoder));
    }

    [Fact]
    public async Task TrainAsync_VisualTokensComputedBefore_GivesTheWeightsOfEncodingInEveryStep()
    {
        List<float[]> ends = [];
        foreach (var precompute in new[] { false, true })
        {
            await using var services = Build("", options => (options.Epochs, options.BatchSize, options.LearningRate, options.PrecomputeVisualTokens) = (2, 8, 1e-2, precompute), dropout: 0);
            var model = services.Model();
            foreach (var parameter in ((TinyEncoder)model.Encoder).Vision.parameters())
            {
                parameter.requires_grad = false;
            }

            var plan = await PlanAsync(services);

            await services.GetRequiredService<Trainer>().TrainAsync(plan, null, Token);

            ends.Add(TinyRuns.Weights((TinyEncoder)model.Encoder));
        }

        Assert.All(ends[0].Zip(ends[1]), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public async Task PretrainAsync_TargetsWithCaptions_LowersTheLossAndNamesTheNewWeights()
    {
        await using var services = Build("", options => (options.Epochs, options.BatchSize, options.LearningRate, options.PixelCacheBytes) = (20, 8, 1e-2, 1L << 20), dropout: 0);
        var model = services.Model();
        var before = model.Description.WeightsSha256;
        var log = new InMemoryRunLogger();

        await services.GetRequiredService<Trainer>().PretrainAsync(await PlanAsync(services) with { Loggers = [log] }, null, Token);

        Assert.Equal(40, log.Steps.Count);
        Assert.True(log.Epochs[^1].MeanLoss < log.Epochs[0].MeanLoss, $"{log.Epochs[0].MeanLoss} to {log.Epochs[^1].MeanLoss}");
        Assert.NotEqual(before, model.Description.WeightsSha256);
    }

    [Fact]
    public async Task TrainAsync_WithoutAPipeline_SaysWhereTrainersComeFrom()
    {
        await using var services = Build("", _ => { });
        var plan = await PlanAsync(services);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => new Trainer(new TrainingOptions()).TrainAsync(plan, null, Token));

        Assert.Contains("AddTraining", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trainer_TargetNotEmbedded_SaysWhichAndWhatToDo()
    {
        await using var services = Build("", options => options.BatchSize = 4);
        var plan = new TrainingPlan
        {
            Dataset = new TripletDataset("made-up", DatasetSplit.Train, Triplets(4), []),
            Locate = id => MediaSource.FromFrames([Frame(id)]),
        };
        var error = await Assert.ThrowsAsync<GalleryException>(() => services.GetRequiredService<Trainer>().TrainAsync(plan, null, Token));
        Assert.Contains("embed all targets", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddTraining_WrongOptions_FailWithEveryFaultInOneMessage()
    {
        await using var services = Build("", options => (options.BatchSize, options.LearningRate, options.Epsilon) = (0, 0, 0));
        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<Trainer>());
        Assert.All(new[] { "BatchSize", "LearningRate", "Epsilon" }, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
        Assert.Equal(3, error.Failures.Count());
    }

    private static async Task<TrainingPlan> PlanAsync(IServiceProvider services)
    {
        Triplet[] triplets = [.. Triplets(16).Select(triplet => triplet with { TargetCaption = $"number {triplet.Id}" })];
        foreach (var triplet in triplets)
        {
            var random = new Random(int.Parse(triplet.Id, System.Globalization.CultureInfo.InvariantCulture));
            await services.GetRequiredService<IGallery>().WriteAsync(
                triplet.Target!.Value, new EmbeddingSet(Enumerable.Range(0, 8).Select(_ => random.NextSingle() - 0.5f).ToArray(), 1, 8), Token);
        }

        return new TrainingPlan
        {
            Dataset = new TripletDataset("made-up", DatasetSplit.Train, triplets, []),
            Locate = id => MediaSource.FromFrames([Frame(new MediaId(id.Value.Split('/')[^1]))]),
        };
    }

    private static ServiceProvider Build(string pipeline, Action<TrainingOptions> configure, double dropout = 0.1)
    {
        var services = new ServiceCollection();
        services.AddCoVR(pipeline)
            .UseModel((_, _) => new ComposedModel(new TinyEncoder(1, dropout), new WordHashTokenizer(), new WordHashTokenizer().Clean, Description, CPU))
            .UseContrastiveLoss<HardNegativeNceLoss>()
            .AddLossTerm<QueryToTargetTerm>()
            .UseTrainingTransform((_, input) => CoVR.Media.Transforms.ImageTransforms.Evaluation(input))
            .AddTraining(configure);
        return services.BuildServiceProvider();
    }

    private static ModelDescription Description { get; } =
        new("tiny", ImageInput.Clip(TinyEncoder.Size), new TextInput(8, 8, 30), new string('0', 64));

    private static Triplet[] Triplets(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Triplet($"{i}", new MediaId($"{i}"), $"turn it {i}", new MediaId($"target/{i}"), null, [0.1f, 0.3f, 0.2f]))];

    private static RgbFrame Frame(MediaId id)
    {
        var rgb = new byte[8 * 8 * 3];
        new Random(int.Parse(id.Value, System.Globalization.CultureInfo.InvariantCulture)).NextBytes(rgb);
        return new RgbFrame(8, 8, rgb);
    }
}
