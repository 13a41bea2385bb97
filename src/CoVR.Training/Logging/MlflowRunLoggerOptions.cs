namespace CoVR.Training;

/// <summary>Where an MLflow run is kept.</summary>
public sealed record MlflowRunLoggerOptions
{
    /// <summary>The address of a tracking server, <c>http</c> or <c>https</c>.</summary>
    public required Uri TrackingUri { get; init; }

    /// <summary>The folder in which the run's identity is remembered, so that a resumed run goes on in it, and where records lie that the server did not take.</summary>
    public required string Folder { get; init; }

    /// <summary>The experiment; made when it is missing.</summary>
    /// <value><c>CoVR</c>.</value>
    public string Experiment { get; init; } = "CoVR";

    /// <summary>The name of the run.</summary>
    /// <value><c>train</c>.</value>
    public string RunName { get; init; } = "train";

    /// <summary>What requests carry as <c>Authorization: Bearer</c>; null for nothing.</summary>
    /// <value>Null.</value>
    public string? Token { get; init; }

    /// <summary>Of how many steps one is logged, at least 1.</summary>
    /// <value>1.</value>
    public int LogInterval { get; init; } = 1;

    /// <summary>What the names of figures begin with, before a hyphen; null for nothing.</summary>
    /// <value>Null.</value>
    public string? Prefix { get; init; }

    /// <summary>How often a request is tried before it is given up, at least 1.</summary>
    /// <value>5.</value>
    public int Attempts { get; init; } = 5;

    /// <summary>How long one try may take, above zero.</summary>
    /// <value>20 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Reads the settings <c>tracking_uri</c>, <c>experiment_name</c>, <c>run_name</c>, <c>token</c> and <c>prefix</c>.</summary>
    internal static MlflowRunLoggerOptions From(RunLoggerContext context) => new()
    {
        TrackingUri = Address(context.Setting("tracking_uri") ?? "http://127.0.0.1:5000"),
        Folder = Path.Combine(Path.GetFullPath(context.OutputFolder), "mlflow"),
        Experiment = context.Setting("experiment_name") ?? "CoVR",
        RunName = context.Setting("run_name") ?? context.RunName,
        Token = context.Setting("token"),
        LogInterval = context.LogInterval,
        Prefix = context.Setting("prefix"),
    };

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new Uri(text.TrimEnd('/') + "/")
            : throw new ArgumentException(
                $"The logger's setting 'tracking_uri' is '{text}', expected the address of a tracking server, for example http://127.0.0.1:5000 (start one with 'mlflow server'). Folders are not written.");
}
