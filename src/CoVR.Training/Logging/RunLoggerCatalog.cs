namespace CoVR.Training;

/// <summary>Makes loggers by name: those of this package, and those that a host added.</summary>
/// <remarks>
/// <c>none</c>, <c>csv</c>, <c>tensorboard</c>, <c>console</c> and <c>mlflow</c> are there from the start; <c>docs/logging.md</c>
/// lists their settings. Immutable.
/// </remarks>
public sealed class RunLoggerCatalog
{
    private static readonly RunLoggerRegistration[] BuiltIn =
    [
        new("none", static _ => NoRunLogger.Instance),
        new("csv", static context => new MetricsCsvRunLogger(
            Path.Combine(context.Folder("save_dir", "."), context.Setting("name") ?? "csv"), context.LogInterval, context.Setting("prefix"))),
        new("tensorboard", static context => new TensorBoardRunLogger(
            Path.Combine(context.Folder("save_dir", "tensorboard"), context.Setting("name") ?? "."), context.LogInterval, context.Setting("prefix"), context.Time)),
        new("console", static context => new ConsoleRunLogger(context.LoggerFactory, context.PrintInterval)),
        new("mlflow", static context => new MlflowRunLogger(MlflowRunLoggerOptions.From(context), context.LoggerFactory, context.Time)),
    ];

    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["wandb"] = "Log with 'tensorboard' and upload the folder with 'wandb sync',",
        ["comet"] = "Log with 'tensorboard' and upload the folder with Comet's TensorBoard import,",
        ["neptune"] = "Log with 'tensorboard' and upload the folder with 'neptune tensorboard',",
        ["aim"] = "Log with 'tensorboard' and convert the folder with 'aim convert tensorboard',",
    };

    private readonly OrderedDictionary<string, RunLoggerRegistration> _known = new(StringComparer.Ordinal);

    /// <summary>Creates a catalogue.</summary>
    /// <param name="added">Loggers beside the built-in ones; one with the name of another replaces it.</param>
    public RunLoggerCatalog(IEnumerable<RunLoggerRegistration>? added = null)
    {
        foreach (var registration in BuiltIn.Concat(added ?? []))
        {
            _known[registration.Name] = registration;
        }
    }

    /// <summary>The names that there are.</summary>
    public IReadOnlyList<string> Names => [.. _known.Keys];

    /// <summary>Makes a logger.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="context">What it is made from.</param>
    /// <returns>A logger for one run; the run's end (<see cref="IRunLogger.Finish"/>) closes what it opened.</returns>
    /// <exception cref="UnknownRunLoggerException">There is none of that name; the message lists those that there are.</exception>
    /// <exception cref="ArgumentException">The logger's settings are wrong.</exception>
    public IRunLogger Create(string name, RunLoggerContext context)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(context);
        if (_known.TryGetValue(name, out var registration))
        {
            return registration.Create(context);
        }

        var advice = Elsewhere.TryGetValue(name, out var other) ? $"{other} or register a logger of your own: see docs/logging.md." : null;
        throw new UnknownRunLoggerException(name, Names, advice);
    }
}
