using System.Text.Json;
using System.Text.Json.Nodes;
using CoVR.Cli.Hosting;
using CoVR.Data;
using CoVR.Modeling.Checkpoints;
using CoVR.Reproduction.Configuration;
using CoVR.Training.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>The run loggers of <c>covr train</c>: the group <c>trainer/logger</c>, and the files that every run writes.</summary>
/// <param name="host">The host.</param>
/// <param name="config">The configuration.</param>
/// <param name="loggers">Receives the loggers' own messages.</param>
internal sealed class TrainLoggers(CommandHost host, ComposedConfiguration config, ILoggerFactory loggers)
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

    /// <summary>Refuses an unknown logger before the work starts.</summary>
    /// <exception cref="ConfigurationException">Its class is unknown, or has no counterpart here.</exception>
    public void Check() => Chosen();

    /// <summary>All loggers of a run.</summary>
    /// <param name="data">The data, whose validation file names the file of validation metrics.</param>
    /// <exception cref="ConfigurationException">The chosen logger is unknown, or has no counterpart here.</exception>
    public IReadOnlyList<IRunLogger> Create(RunData data) =>
    [
        new ConfigurationLogger(config),
        new ValidationLogger(config.OutputFolder, data.Of(DatasetSplit.Validation).Select(folder => folder.Annotations).FirstOrDefault("none")),
        Chosen(),
    ];

    private IRunLogger Chosen()
    {
        var intervals = config.Bind<Intervals>("trainer");
        var context = new RunLoggerContext(config.OutputFolder)
        {
            Settings = config.Entries("trainer.logger").ToDictionary(
                entry => entry.Path["trainer.logger.".Length..],
                entry => entry.Value is null ? null : (string?)entry.Text),
            RunName = $"{config.Text("data.dataname")}_{config.Text("model.ckpt.name")}_{config.TextOrNull("experiment")}_{config.TextOrNull("run_name")}",
            LogInterval = intervals.LogInterval,
            PrintInterval = intervals.PrintInterval,
            LoggerFactory = loggers,
            Time = host.Clock,
        };
        var pipeline = host.CreateServices().AddCoVR().AddTraining().AddMlflowLogger();
        using var services = pipeline.Services.BuildServiceProvider();
        try
        {
            return services.CreateRunLogger(Name(), context);
        }
        catch (ArgumentException fault)
        {
            throw config.Fault("trainer.logger", fault.Message);
        }
    }

    private string Name() =>
        config.Find("trainer.logger._target_") is null ? config.TextOrNull("trainer.logger.logger_name") ?? "none" : ConfigTarget.Of(config, "trainer.logger", Kinds);

    private sealed record Intervals(int LogInterval = 1, int PrintInterval = 10);

    /// <summary>Saves the configuration when a training starts or resumes; a run that is refused leaves the folder as it was.</summary>
    private sealed class ConfigurationLogger(ComposedConfiguration config) : IRunLogger
    {
        public void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration) => config.Save();
    }

    /// <summary>Writes <c>eval-recalls_{annotation}.json</c> after each validation, as the reference's <c>src/test/blip2/utils.py</c> does for BLIP-2; here for both families.</summary>
    private sealed class ValidationLogger(string folder, string annotations) : IRunLogger
    {
        private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

        public void LogEpoch(EpochRecord record)
        {
            if (record.Validation is not { Primary: not null } validation)
            {
                return;
            }

            var metrics = new JsonObject();
            foreach (var (name, value) in validation.Metrics)
            {
                metrics[name.Replace("@", "", StringComparison.Ordinal)] = Math.Round(value, 2);
            }

            metrics["time"] = FormattableString.Invariant($"{(long)record.ValidationDuration.TotalHours}:{record.ValidationDuration:mm\\:ss}");
            metrics["annotation"] = Path.GetFileName(annotations);
            var path = Path.Combine(folder, $"eval-recalls_{Path.GetFileNameWithoutExtension(annotations)}.json");
            AtomicFile.Write(path, file => JsonSerializer.Serialize(file, metrics, Indented));
        }
    }
}
