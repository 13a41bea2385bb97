using System.Collections.Concurrent;
using CoVR.Distributed;
using CoVR.Losses;
using CoVR.TestSupport;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace CoVR.Training.Tests.Runs;

[Collection("torch")]
public sealed class SkippingTests : IDisposable
{
    private static readonly string[] Broken = ["item/003", "item/021", "item/040"];
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_UnreadableItems_AreLeftOutOfTheirBatchesAndRecorded()
    {
        using var encoder = new TinyEncoder(1);
        var log = new InMemoryRunLogger();
        var result = await new Trainer(TinyRuns.Resumable(_folder["run"])).RunAsync(Run(encoder, true, log), null, Token);
        Assert.Equal((18, 9), (result.Steps, result.Skipped));
        Assert.Equal(Broken.Concat(Broken).Concat(Broken).Order(), log.Skipped.Select(item => item.Media.Value).Order());
        Assert.All(log.Skipped, item => Assert.Equal("made to fail", item.Reason));
    }

    [Fact]
    public async Task RunAsync_UnreadableItems_ResumeExactly()
    {
        float[] expected;
        using (var encoder = new TinyEncoder(1))
        using (var log = new CsvRunLogger(_folder["whole"]))
        {
            await new Trainer(TinyRuns.Resumable(_folder["whole"])).RunAsync(Run(encoder, true, log), null, Token);
            expected = TinyRuns.Weights(encoder);
        }

        foreach (var after in new[] { 3, 10, 40 })
        {
            using var encoder = new TinyEncoder(1);
            using var stop = new CancellationTokenSource();
            using var log = new CsvRunLogger(_folder["run"]);
            var training = new Trainer(TinyRuns.Resumable(_folder["run"])).RunAsync(Run(encoder, true, log), new TinyRuns.StopAt(after, stop), stop.Token);
            if (after == 40)
            {
                var result = await training;
                Assert.Equal(9, result.Skipped);
                Assert.Equal(expected, TinyRuns.Weights(encoder));
            }
            else
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => training);
            }
        }

        foreach (var file in new[] { "steps.csv", "epochs.csv", "skipped.csv" })
        {
            Assert.Equal(File.ReadAllText(_folder["whole", file]), File.ReadAllText(_folder["run", file]));
        }
    }

    [Fact]
    public void RunAsync_SharedByTwoRanks_CountsAndRecordsWhatAllLeftOut()
    {
        var (log, lines) = (new InMemoryRunLogger(), new Lines());
        var results = ThreadRanks.Run(2, ranks =>
        {
            using var encoder = new TinyEncoder(1);
            var step = new ComposedTrainingStep(encoder, [new(new QueryToTargetTerm(new HardNegativeNceLoss()), 1)]);
            var run = Run(encoder, true, ranks.Rank == 0 ? [log] : []) with { Step = step, Batches = Batches(WithBroken(), true, ranks) };
            var options = TinyRuns.Options();
            options.Collective = ranks;
            return new Trainer(options, lines).RunAsync(run, null, Token).GetAwaiter().GetResult();
        });
        Assert.All(results, result => Assert.Equal(9, result.Skipped));
        Assert.Equal(9, lines.Count(line => line.Contains("because 'item/", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(line => line.Contains(": 3 items were skipped", StringComparison.Ordinal)));
        Assert.Equal(Broken.Concat(Broken).Concat(Broken).Order(), log.Skipped.Select(item => item.Media.Value).Order());
        Assert.All(log.Skipped, item => Assert.Equal("made to fail", item.Reason));
    }

    [Fact]
    public async Task RunAsync_SkippingSwitchedOff_EndsAtTheItem()
    {
        using var encoder = new TinyEncoder(1);
        var error = await Assert.ThrowsAsync<MediaReadException>(() => new Trainer(TinyRuns.Options()).RunAsync(Run(encoder, false), null, Token));
        Assert.Contains(Broken, name => error.Message.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_WholeBatchUnreadable_EndsAndSaysWhy()
    {
        using var encoder = new TinyEncoder(1);
        var world = new FakeWorld { OnRead = id => throw new MediaReadException(id.Value, MediaFailure.NotFound, "made to fail") };
        var error = await Assert.ThrowsAsync<MediaReadException>(() => new Trainer(TinyRuns.Options()).RunAsync(Run(encoder, world, true), null, Token));
        Assert.Contains("None of the other 7 items of its batch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_DecoderMissing_IsNotAnItemsFault()
    {
        using var encoder = new TinyEncoder(1);
        var world = new FakeWorld { OnRead = id => id.Value == Broken[0] ? throw new MediaReadException(id.Value, MediaFailure.DecoderMissing, "no decoder") : Task.CompletedTask };
        await Assert.ThrowsAsync<MediaReadException>(() => new Trainer(TinyRuns.Options()).RunAsync(Run(encoder, world, true), null, Token));
    }

    private static FakeWorld WithBroken() => new()
    {
        OnRead = id => Broken.Contains(id.Value) ? throw new MediaReadException(id.Value, MediaFailure.NotFound, "made to fail") : Task.CompletedTask,
    };

    private static TrainingRun<ComposedBatch> Run(TinyEncoder encoder, bool skip, params IRunLogger[] loggers) => Run(encoder, WithBroken(), skip, loggers);

    private static TrainingRun<ComposedBatch> Run(TinyEncoder encoder, FakeWorld world, bool skip, params IRunLogger[] loggers) =>
        TinyRuns.Composed(encoder, world, loggers) with { Batches = Batches(world, skip) };

    private static TrainingBatcher Batches(FakeWorld world, bool skip, ICollective? ranks = null) => new(
        world.Triplets,
        new TripletSampler(world.Triplets, new TripletSamplerOptions { BatchSize = 8 }),
        new ComposedBatchSources { Texts = world.Texts, Targets = world, References = world, SkipUnreadable = skip },
        context: new TrainingContext { Collective = ranks });

    /// <summary>What ranks say, in any order.</summary>
    private sealed class Lines : ConcurrentQueue<string>, ILogger<Trainer>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Enqueue(formatter(state, exception));
    }
}
