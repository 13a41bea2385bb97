using CoVR.Data;
using CoVR.Distributed;
using CoVR.Evaluation;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.TestSupport;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Tests.Fakes;
using CoVR.Training.Tests.Steps;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Distributed;

/// <summary>The whole walk of <see cref="Trainer"/> by ranks that are threads.</summary>
[Collection("torch")]
public sealed class SharedTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void TrainAsync_SharedByTwoRanks_EqualsOneProcessWithTwiceTheBatch(int? chunk)
    {
        var (alone, metrics) = Train(null, 8, null, null);
        var ranks = ThreadRanks.Run(2, collective => Train(collective, 4, chunk, _folder["run"]));
        Assert.All(ranks, rank => Assert.True(GradCachePassTests.Largest(alone, rank.Weights) < 1e-5f));
        Assert.Equal(metrics, ranks[0].Metrics);
        Assert.Empty(ranks[1].Metrics);
        Assert.True(File.Exists(Path.Combine(_folder["run"], RunStateFile.FileName)));
    }

    [Fact]
    public void Constructor_BatchSmallerThanRanks_IsRefusedAtOnce()
    {
        var world = new FakeWorld(items: 17);
        var errors = ThreadRanks.Run(2, collective => Assert.Throws<InvalidOperationException>(() => new TrainingBatcher(
            world.Triplets,
            new TripletSampler(world.Triplets, new TripletSamplerOptions { BatchSize = 8, DropLast = false }),
            new ComposedBatchSources { Texts = world.Texts, Targets = world, References = world },
            context: new TrainingContext { Collective = collective })));
        Assert.Contains("A batch of 1 items cannot be shared by 2 ranks", errors[0].Message, StringComparison.Ordinal);
    }

    private static (float[] Weights, string[] Metrics) Train(ICollective? collective, int batchSize, int? chunk, string? folder) =>
        TrainAsync(collective, batchSize, chunk, folder).GetAwaiter().GetResult();

    private static async Task<(float[] Weights, string[] Metrics)> TrainAsync(ICollective? collective, int batchSize, int? chunk, string? folder)
    {
        await using var services = Build(options =>
        {
            (options.Epochs, options.BatchSize, options.LearningRate, options.ChunkSize, options.OutputFolder, options.Collective) = (2, batchSize, 1e-3, chunk, folder, collective);
        });
        var model = services.Model();
        collective?.Barrier(); // A run seeds the generator from which the other thread may still draw its weights.
        var store = services.GetRequiredService<IGallery>();
        Triplet[] triplets = [.. Enumerable.Range(0, 16).Select(i => new Triplet($"{i}", new MediaId($"{i}"), $"turn it {i}", new MediaId($"{100 + i}")))];
        foreach (var triplet in triplets)
        {
            var random = new Random(int.Parse(triplet.Id, System.Globalization.CultureInfo.InvariantCulture));
            store.WriteAsync(triplet.Target!.Value, new EmbeddingSet(Enumerable.Range(0, 8).Select(_ => random.NextSingle() - 0.5f).ToArray(), 1, 8, 1), Token).AsTask().GetAwaiter().GetResult();
        }

        var log = new InMemoryRunLogger();
        var media = new Pictures();
        services.GetRequiredService<Trainer>().TrainAsync(
            new TrainingPlan
            {
                Dataset = new TripletDataset("made-up", DatasetSplit.Train, triplets, []),
                Locate = media.Locate,
                Loggers = [log],
            }.WithValidation(
                new TripletDataset("made-up", DatasetSplit.Validation, triplets, [.. triplets.Select(triplet => triplet.Target!.Value)]),
                media,
                new RecallProtocol(),
                new EvaluationOptions { BatchSize = 3 }),
            null,
            Token).GetAwaiter().GetResult();
        return (TinyRuns.Weights((TinyEncoder)model.Encoder), [.. log.Epochs.Select(epoch => string.Join(' ', epoch.Validation!.Metrics))]);
    }

    private static ServiceProvider Build(Action<TrainingOptions> configure)
    {
        var description = new ModelDescription("tiny", ImageInput.Clip(TinyEncoder.Size), new TextInput(8, 8, 30), new string('0', 64));
        var services = new ServiceCollection();
        services.AddCoVR()
            .UseModel((_, _) => new ComposedModel(new TinyEncoder(1, dropout: 0), new WordHashTokenizer(), new WordHashTokenizer().Clean, description, CPU))
            .UseContrastiveLoss<HardNegativeNceLoss>()
            .AddLossTerm<QueryToTargetTerm>()
            .AddTraining(configure);
        return services.BuildServiceProvider();
    }

    private sealed class Pictures : ITripletDatasetReader
    {
        public string Name => "pictures";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public MediaSource Locate(MediaId id)
        {
            var rgb = new byte[8 * 8 * 3];
            new Random(int.Parse(id.Value, System.Globalization.CultureInfo.InvariantCulture)).NextBytes(rgb);
            return MediaSource.FromFrames([new RgbFrame(8, 8, rgb)]);
        }
    }
}
