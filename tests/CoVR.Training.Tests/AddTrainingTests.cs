using CoVR.Data;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace CoVR.Training.Tests;

[Collection("torch")]
public sealed class AddTrainingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("second")]
    public async Task ComposedTrainer_OfAPipeline_TrainsItsModelOnDecodedFrames(string pipeline)
    {
        using var services = Build(pipeline, options => (options.Epochs, options.BatchSize, options.LearningRate) = (2, 8, 1e-3));
        var model = services.Model(pipeline);
        var store = services.GetRequiredKeyedService<IGallery>(pipeline);
        var before = Runs.Weights((TinyEncoder)model.Encoder);
        var triplets = Triplets(16);
        foreach (var triplet in triplets)
        {
            await store.WriteAsync(triplet.Target!.Value, new EmbeddingSet(Enumerable.Range(0, 24).Select(i => 0.1f * i).ToArray(), 1, 8, 3), Token);
        }

        var log = new InMemoryRunLogger();
        var result = await services.GetRequiredKeyedService<ComposedTrainer>(pipeline).TrainAsync(
            new ComposedTrainingPlan
            {
                Dataset = new TripletDataset("made-up", DatasetSplit.Train, triplets, []),
                Locate = id => new FramesMedia([Frame(id)]),
                Loggers = [log],
            },
            null,
            Token);
        Assert.Equal((4, 2), (result.Steps, log.Epochs.Count));
        Assert.NotEqual(before, Runs.Weights((TinyEncoder)model.Encoder));
    }

    [Fact]
    public async Task ComposedTrainer_TargetNotEmbedded_SaysWhichAndWhatToDo()
    {
        using var services = Build("", options => options.BatchSize = 4);
        var plan = new ComposedTrainingPlan
        {
            Dataset = new TripletDataset("made-up", DatasetSplit.Train, Triplets(4), []),
            Locate = id => new FramesMedia([Frame(id)]),
        };
        var error = await Assert.ThrowsAsync<GalleryException>(() => services.GetRequiredService<ComposedTrainer>().TrainAsync(plan, null, Token));
        Assert.Contains("embed all targets", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddTraining_WrongOptions_FailWithEveryFaultInOneMessage()
    {
        using var services = Build("", options => (options.BatchSize, options.LearningRate, options.AdamW.Epsilon) = (0, 0, 0));
        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<Trainer>());
        Assert.All(new[] { "BatchSize", "LearningRate", "AdamW.Epsilon" }, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
        Assert.Equal(3, error.Failures.Count());
    }

    private static ServiceProvider Build(string pipeline, Action<TrainingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddCoVR(pipeline)
            .UseModel((_, _) => new ComposedModel(new TinyEncoder(1), new WordHashTokenizer(), new WordHashTokenizer(), Description, CPU))
            .AddDefaultLosses()
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
