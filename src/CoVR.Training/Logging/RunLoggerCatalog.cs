using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Training.Logging;

/// <summary>Creates run loggers by name: the built-in ones, and those added with <see cref="TrainingCoVRBuilderExtensions.AddRunLogger"/>.</summary>
/// <remarks>
/// <c>none</c>, <c>csv</c>, <c>tensorboard</c> and <c>console</c> are built in; <c>docs/logging.md</c> lists their settings. Immutable.
/// </remarks>
internal sealed class RunLoggerCatalog
{
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["mlflow"] = "Reference the package CoVR.Training.Mlflow and call AddMlflowLogger(),",
        ["wandb"] = "Log with 'tensorboard' and upload the folder with 'wandb sync',",
        ["comet"] = "Log with 'tensorboard' and upload the folder with Comet's TensorBoard import,",
        ["neptune"] = "Log with 'tensorboard' and upload the folder with 'neptune tensorboard',",
        ["aim"] = "Log with 'tensorboard' and convert the folder with 'aim convert tensorboard',",
    };

    private readonly OrderedDictionary<string, Func<RunLoggerContext, IRunLogger>> _factories = new(StringComparer.Ordinal)
    {
        ["none"] = static _ => new NoRunLogger(),
        ["csv"] = static context => new MetricsCsvRunLogger(
            Path.Combine(context.Folder("save_dir", "."), context.Setting("name") ?? "csv"), context.LogInterval, context.Setting("prefix")),
        ["tensorboard"] = static context => new TensorBoardRunLogger(
            Path.Combine(context.Folder("save_dir", "tensorboard"), context.Setting("name") ?? "."), context.LogInterval, context.Setting("prefix"), context.Time),
        ["console"] = static context => new ConsoleRunLogger(context.LoggerFactory, context.PrintInterval),
    };

    internal RunLoggerCatalog(IEnumerable<RunLoggerRegistration> added)
    {
        foreach (var registration in added)
        {
            _factories[registration.Name] = registration.Create;
        }
    }

    /// <summary>The known names.</summary>
    public IReadOnlyList<string> Names => [.. _factories.Keys];

    /// <summary>Creates a logger.</summary>
    /// <exception cref="ArgumentException">The name is unknown, or the logger's settings are invalid.</exception>
    public IRunLogger Create(string name, RunLoggerContext context)
    {
        if (_factories.TryGetValue(name, out var create))
        {
            return create(context);
        }

        var advice = Elsewhere.TryGetValue(name, out var other) ? $" {other} or register a logger of your own: see docs/logging.md." : string.Empty;
        throw new ArgumentException($"There is no logger '{name}'. Known: {string.Join(", ", Names)}.{advice}");
    }

    private sealed class NoRunLogger : IRunLogger;
}

/// <summary>A logger that was added to a pipeline under a name.</summary>
internal sealed record RunLoggerRegistration(string Name, Func<RunLoggerContext, IRunLogger> Create);
