using System.Diagnostics.Metrics;
using CoVR.TestSupport;
using CoVR.Training.Logging;
using CoVR.Training.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.Training.Tests.Logging;

public sealed class RunLoggerCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Create_UnknownName_ListsTheKnownOnes()
    {
        var error = Assert.Throws<ArgumentException>(() => new RunLoggerCatalog([]).Create("tensorbord", new RunLoggerContext(_folder.FullName)));

        Assert.Equal("There is no logger 'tensorbord'. Known: none, csv, tensorboard, console.", error.Message);
    }

    [Theory]
    [InlineData("mlflow", "CoVR.Training.Mlflow")]
    [InlineData("wandb", "wandb sync")]
    [InlineData("comet", "tensorboard")]
    [InlineData("neptune", "tensorboard")]
    [InlineData("aim", "aim convert")]
    public void Create_LoggerOfAnotherPackage_SaysHowToGetThere(string name, string advice)
    {
        var error = Assert.Throws<ArgumentException>(() => new RunLoggerCatalog([]).Create(name, new RunLoggerContext(_folder.FullName)));

        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains("docs/logging.md", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddRunLogger_PlugIn_IsMadeByNameBesideTheOthers()
    {
        using var services = new ServiceCollection().AddCoVR().AddTraining().AddRunLogger("mine", _ => new InMemoryRunLogger()).Services.BuildServiceProvider();
        var catalog = services.GetRequiredService<RunLoggerCatalog>();

        Assert.Equal(["none", "csv", "tensorboard", "console", "mine"], catalog.Names);
        Assert.IsType<InMemoryRunLogger>(services.CreateRunLogger("mine", new RunLoggerContext(_folder.FullName)));
    }

    [Theory]
    [InlineData("csv", "csv/version_0/metrics.csv")]
    [InlineData("tensorboard", "tensorboard/version_0/hparams.yaml")]
    public void Create_BuiltIn_WritesWhereTheReferenceDoes(string name, string file)
    {
        Story.Whole(new RunLoggerCatalog([]).Create(name, new RunLoggerContext(_folder.FullName)));

        Assert.True(File.Exists(Path.Combine(_folder.FullName, file)));
    }

    [Fact]
    public void Create_SaveDirAndName_SetTheFolder()
    {
        var settings = new Dictionary<string, string?> { ["save_dir"] = "logs", ["name"] = "table/", ["prefix"] = "x" };

        Story.Whole(new RunLoggerCatalog([]).Create("csv", new RunLoggerContext(_folder.FullName) { Settings = settings }));

        Assert.StartsWith("epoch,step,x-loss,x-lr", File.ReadAllText(Path.Combine(_folder.FullName, "logs", "table", "version_0", "metrics.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_None_WritesNothing()
    {
        Story.Whole(new RunLoggerCatalog([]).Create("none", new RunLoggerContext(_folder.FullName)));

        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Console_PrintInterval_WritesPlainLines()
    {
        using var lines = new Lines();
        Story.Whole(new RunLoggerCatalog([]).Create("console", new RunLoggerContext(_folder.FullName) { LoggerFactory = lines, PrintInterval = 5 }));

        Assert.Equal(
            [
                "[17%] epoch 1, step 1 of 6: loss 1.000000, learning rate 0.5",
                "Epoch 1: mean loss 0.250000, R@1 10.00",
                "[100%] epoch 2, step 6 of 6: loss 0.166667, learning rate 0.08333",
                "Epoch 2: mean loss 0.500000, R@1 11.00",
            ],
            lines.Written);
    }

    [Fact]
    public void Diagnostics_EveryStep_IsMeasured()
    {
        System.Collections.Concurrent.ConcurrentQueue<(string Name, double Value)> seen = []; // other tests train meanwhile
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "CoVR.Training")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen.Enqueue((instrument.Name, value)));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.Enqueue((instrument.Name, value)));
        listener.Start();

        TrainingDiagnostics.Record(new StepRecord(0, 7, 0.125, 777.5, new Dictionary<string, double>(), null) { Duration = TimeSpan.FromSeconds(3), DataWait = TimeSpan.FromSeconds(2) });

        foreach (var expected in new[]
        {
            ("covr.training.loss", 777.5), ("covr.training.learning_rate", 0.125), ("covr.training.steps", 1.0), ("covr.training.step.duration", 3.0), ("covr.training.data_wait.duration", 2.0),
        })
        {
            Assert.Contains(expected, seen);
        }
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> Written { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
