namespace CoVR.Training.Mlflow;

/// <summary>Options of <see cref="MlflowRunLogger"/>.</summary>
public sealed record MlflowOptions
{
    /// <summary>The address of a tracking server, <c>http</c> or <c>https</c>.</summary>
    public required Uri TrackingUri { get; init; }

    /// <summary>The folder for the run's id, so that a resumed run continues it, and for metrics that could not be sent.</summary>
    public required string Folder { get; init; }

    /// <summary>The experiment; created if it does not exist.</summary>
    /// <value><c>CoVR</c>.</value>
    public string Experiment { get; init; } = "CoVR";

    /// <summary>The name of the run.</summary>
    /// <value><c>train</c>.</value>
    public string RunName { get; init; } = "train";

    /// <summary>The bearer token of requests; null: none.</summary>
    /// <value>Null.</value>
    public string? Token { get; init; }

    /// <summary>Logs every n-th step, at least 1.</summary>
    /// <value>1.</value>
    public int LogInterval { get; init; } = 1;

    /// <summary>A prefix of metric names, followed by a hyphen; null: none.</summary>
    /// <value>Null.</value>
    public string? Prefix { get; init; }

    /// <summary>How often a request is tried, at least 1.</summary>
    /// <value>5.</value>
    public int Attempts { get; init; } = 5;

    /// <summary>The timeout of one attempt, above zero.</summary>
    /// <value>20 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);
}
