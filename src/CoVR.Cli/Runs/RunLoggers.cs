using CoVR.Cli.Hosting;
using CoVR.Reproduction.Configuration;
using CoVR.Training;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>Who writes down a training: the group <c>trainer/logger</c>.</summary>
/// <param name="host">The host.</param>
/// <param name="config">The configuration.</param>
/// <param name="loggers">Where loggers tell of themselves.</param>
internal sealed class RunLoggers(CommandHost host, ComposedConfiguration config, ILoggerFactory loggers)
{
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["CSVLogger"] = "csv",
        ["TensorBoardLogger"] = "tensorboard",
        ["ConsoleLogger"] = "console",
        ["MLFlowLogger"] = "mlflow",
        ["WandbLogger"] = "wandb",
        ["CometLogger"] = "comet",
        ["NeptuneLogger"] = "neptune",
        ["AimLogger"] = "aim",
    };

    private readonly RunLoggerCatalog _catalog = new();

    /// <summary>Refuses a logger that nobody knows, before the work.</summary>
    /// <exception cref="ConfigurationException">Its class is not known, or it writes from Python only.</exception>
    public void Check() => Create();

    /// <summary>The loggers, on the rank that leads.</summary>
    /// <exception cref="ConfigurationException">It is not known, or it writes from Python only.</exception>
    public IReadOnlyList<IRunLogger> Create()
    {
        var context = new RunLoggerContext(config.OutputFolder)
        {
            Settings = config.Entries("trainer.logger").ToDictionary(
                entry => entry.Path["trainer.logger.".Length..],
                entry => entry.Value is null ? null : entry.Text),
            RunName = $"{config.Text("data.dataname")}_{config.Text("model.ckpt.name")}_{config.TextOrNull("experiment")}_{config.TextOrNull("run_name")}",
            LogInterval = config.Whole("trainer.log_interval", 1),
            PrintInterval = config.Whole("trainer.print_interval", 10),
            LoggerFactory = loggers,
            Time = host.Clock,
        };
        try
        {
            return [_catalog.Create(Name(), context)];
        }
        catch (Exception fault) when (fault is UnknownRunLoggerException or ArgumentException)
        {
            throw config.Fault("trainer.logger", fault.Message);
        }
    }

    private string Name() =>
        config.Find("trainer.logger._target_") is null ? config.TextOrNull("trainer.logger.logger_name") ?? "none" : ConfigTarget.Of(config, "trainer.logger", Kinds);
}
