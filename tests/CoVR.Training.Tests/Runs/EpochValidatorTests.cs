using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Retrieval;
using CoVR.TestSupport;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Runs;

[Collection("torch")]
public sealed class EpochValidatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TrainAsync_Validation_SearchesAfterEveryEpochWithItsOwnTextLength()
    {
        var tokenizer = new RecordingTokenizer();
        await using var services = await BuildAsync(tokenizer);
        var log = new InMemoryRunLogger();
        var result = await services.GetRequiredService<Trainer>().TrainAsync(Plan(Dataset(DatasetSplit.Validation, 16), log), null, Token);
        Assert.Equal(3, log.Epochs.Count);
        Assert.All(log.Epochs, epoch => Assert.Equal(["R@1", "R@10", "R@5", "R@50"], epoch.Validation!.Metrics.Keys.Where(name => name.StartsWith("R@", StringComparison.Ordinal) && !name.Contains("mean", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
        Assert.Equal(log.Epochs.Max(epoch => epoch.Validation!.Primary), result.Best);
        Assert.Equal(result.Best, log.Epochs[result.BestEpoch!.Value].Validation!.Primary);
        Assert.Contains((6, false), tokenizer.Calls);
        Assert.DoesNotContain((9, false), tokenizer.Calls);
        Assert.Contains((8, true), tokenizer.Calls);
        Assert.True(File.Exists(_folder["run", "ckpt_best.safetensors"]));
    }

    [Fact]
    public async Task TrainAsync_ValidationWithHiddenAnswers_KeepsNoBest()
    {
        await using var services = await BuildAsync(new RecordingTokenizer());
        var hidden = Dataset(DatasetSplit.Test, 16);
        hidden = hidden with { Triplets = [.. hidden.Triplets.Select(triplet => triplet with { Target = null })] };
        var log = new InMemoryRunLogger();
        var result = await services.GetRequiredService<Trainer>().TrainAsync(
            Plan(hidden, log).WithValidation(hidden, new FakeReader(), new HiddenProtocol()), null, Token);
        Assert.Equal((null, null), (result.Best, result.BestEpoch));
        Assert.Empty(log.Epochs[0].Validation!.Metrics);
        Assert.True(File.Exists(_folder["run", "ckpt_last.safetensors"]));
        Assert.False(File.Exists(_folder["run", "ckpt_best.safetensors"]));
    }

    [Fact]
    public async Task TrainAsync_TrainedModel_IsNamedByItsNewWeightsAndOldStoresRefuseIt()
    {
        await using var services = await BuildAsync(new RecordingTokenizer());
        var model = services.Model();
        var store = services.GetRequiredService<IGallery>();
        var fingerprint = (await store.GetInfoAsync(Token)).Fingerprint;
        Assert.Equal(fingerprint, model.Fingerprint("uniform-15"));
        await services.GetRequiredService<Trainer>().TrainAsync(Plan(Dataset(DatasetSplit.Validation, 16)), null, Token);
        Assert.Equal(Checkpoint.HashWeights(model.Module!), model.Description.WeightsSha256);
        Assert.StartsWith("WeightsSha256", Assert.Single(fingerprint.DifferencesFrom(model.Fingerprint("uniform-15"))), StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<GalleryException>(async () =>
        {
            await foreach (var _ in services.GetRequiredService<IEmbeddingJob>().EmbedAsync([new MediaItem(new MediaId("1"), MediaSource.FromFrames([Frame(1)]))], null, Token))
            {
            }
        });
        Assert.Contains("another gallery", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainAsync_TwoValidations_AreRefused()
    {
        await using var services = await BuildAsync(new RecordingTokenizer());
        var plan = Plan(Dataset(DatasetSplit.Validation, 16)) with { Validate = (_, _) => throw new InvalidOperationException("not reached") };
        await Assert.ThrowsAsync<ArgumentException>(() => services.GetRequiredService<Trainer>().TrainAsync(plan, null, Token));
    }

    [Fact]
    public async Task Example_OfTheGuide_RunsAsItIsPrinted()
    {
        await using var services = await BuildAsync(new RecordingTokenizer(), ".ckpt");
        var result = await ExampleAsync(services, new FakeReader(), new RecallProtocol());
        Assert.Equal(6, result.Steps);
        using var checkpoint = Checkpoint.Open(_folder["run", "ckpt_last.ckpt"]);
        Assert.Equal(
            services.Model().Module!.state_dict().Keys.Order(StringComparer.Ordinal),
            checkpoint.Tensors("model").Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Example_OfTheGuide_IsTheCodeBelow()
    {
        var guide = File.ReadAllText(Path.Combine(TestFolders.Repository, "docs", "training.md"));
        var printed = guide.Split("```csharp\n")[1].Split("```")[0];
        var file = Path.Combine(TestFolders.Repository, "tests", "CoVR.Training.Tests", "Runs", "EpochValidatorTests.cs");
        var compiled = File.ReadAllText(file).Split("// <guide>\n")[^1].Split("        // </guide>")[0];
        Assert.Equal(printed, string.Concat(compiled.Split('\n').SkipLast(1).Select(line => line[8..] + "\n")));
    }

    private static async Task<TrainingResult> ExampleAsync(IServiceProvider provider, ITripletDatasetReader reader, IRetrievalProtocol protocol)
    {
#pragma warning disable xUnit1051 // as a reader would write it
        // <guide>
        var plan = new TrainingPlan { Dataset = await reader.ReadAsync(DatasetSplit.Train), Locate = reader.Locate }
            .WithValidation(await reader.ReadAsync(DatasetSplit.Validation), reader, protocol);
        var result = await provider.GetRequiredService<Trainer>().TrainAsync(plan);
        Console.WriteLine($"{result.Steps} steps, best {result.Best} in epoch {result.BestEpoch}, {result.DataWaitShare:P0} of the time waiting for data");
        // </guide>
#pragma warning restore xUnit1051
        return result;
    }

    private async Task<ServiceProvider> BuildAsync(RecordingTokenizer tokenizer, string weights = ".safetensors")
    {
        var services = new ServiceCollection();
        services.AddCoVR()
            .UseModel((_, _) =>
            {
                var encoder = new TinyEncoder(1);
                var description = new ModelDescription(
                    "tiny", ImageInput.Clip(TinyEncoder.Size), new TextInput(8, 9, 30) { ValidationLimit = 6 }, Checkpoint.HashWeights(encoder));
                return new ComposedModel(encoder, tokenizer, new WordHashTokenizer().Clean, description, CPU);
            })
            .UseContrastiveLoss<HardNegativeNceLoss>()
            .AddLossTerm<QueryToTargetTerm>()
            .AddTraining(options => (options.Epochs, options.BatchSize, options.LearningRate, options.OutputFolder, options.WeightsExtension) = (3, 8, 1e-2, _folder["run"], weights));
        var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<IGallery>();
        for (var i = 0; i < 16; i++)
        {
            var random = new Random(i);
            await store.WriteAsync(new MediaId($"target/{i}"), new EmbeddingSet(Enumerable.Range(0, 8).Select(_ => random.NextSingle() - 0.5f).ToArray(), 1, 8), Token);
        }

        return provider;
    }

    private static TrainingPlan Plan(TripletDataset validation, params IRunLogger[] loggers) =>
        new TrainingPlan { Dataset = Dataset(DatasetSplit.Train, 16), Locate = new FakeReader().Locate, Loggers = loggers }
            .WithValidation(validation, new FakeReader(), new RecallProtocol());

    private static TripletDataset Dataset(DatasetSplit split, int count) => new(
        "made-up",
        split,
        [.. Enumerable.Range(0, count).Select(i => new Triplet($"{i}", new MediaId($"{i}"), $"turn it into number {i} and then into yet another", new MediaId($"target/{i}")))],
        [.. Enumerable.Range(0, count).Select(i => new MediaId($"target/{i}"))]);

    private static RgbFrame Frame(int seed)
    {
        var rgb = new byte[8 * 8 * 3];
        new Random(seed).NextBytes(rgb);
        return new RgbFrame(8, 8, rgb);
    }

    private sealed class FakeReader : ITripletDatasetReader
    {
        public string Name => "made-up";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => ValueTask.FromResult(Dataset(split, 16));

        public MediaSource Locate(MediaId id) => MediaSource.FromFrames([Frame(int.Parse(id.Value, System.Globalization.CultureInfo.InvariantCulture))]);
    }

    private sealed class RecordingTokenizer : ITextTokenizer
    {
        private readonly WordHashTokenizer _words = new();
        private readonly List<(int Length, bool PadToMaxLength)> _calls = [];

        public IReadOnlyList<(int Length, bool PadToMaxLength)> Calls => _calls;

        public TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false)
        {
            lock (_calls)
            {
                _calls.Add((maxLength, padToMaxLength));
            }

            return _words.Encode(texts, maxLength, padToMaxLength);
        }
    }

    /// <summary>A server knows the answers.</summary>
    private sealed class HiddenProtocol : IRetrievalProtocol
    {
        public string Name => "hidden";

        public ISimilarity Similarity { get; } = Similarities.MeanPooled;

        public int Depth => 10;

        public string PrimaryMetric => "R@1";

        public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => new HashSet<MediaId>();

        public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings) => new(
            Name, PrimaryMetric, new Dictionary<string, double>(), 0, dataset.Candidates.Count, new Dictionary<string, string>());
    }
}
