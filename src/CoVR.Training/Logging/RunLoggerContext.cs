using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Training.Logging;

/// <summary>What a logger is created from by name.</summary>
/// <param name="OutputFolder">The folder of the run.</param>
public sealed record RunLoggerContext(string OutputFolder)
{
    /// <summary>The settings of the logger's own group, for example <c>tracking_uri</c> of mlflow; which ones exist depends on the logger.</summary>
    /// <value>Empty.</value>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The name of the run, for loggers that show several.</summary>
    /// <value>The name of <see cref="OutputFolder"/>.</value>
    public string RunName { get; init; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(OutputFolder)));

    /// <summary>Logs every n-th step, starting with the first; at least 1.</summary>
    /// <value>1, as <c>trainer.log_interval</c> of the reference.</value>
    public int LogInterval { get; init; } = 1;

    /// <summary>Prints every n-th step as a line of text, at least 1.</summary>
    /// <value>10, as <c>trainer.print_interval</c> of the reference.</value>
    public int PrintInterval { get; init; } = 10;

    /// <summary>Receives the logger's own messages, and the lines of <c>console</c>.</summary>
    /// <value>Discards everything.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock of time stamps.</summary>
    /// <value>The system clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads a setting.</summary>
    /// <param name="name">Its name in the logger's group.</param>
    /// <returns>The text; null if it is absent or blank.</returns>
    public string? Setting(string name) => Settings.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;

    /// <summary>The folder named by a setting, relative to <see cref="OutputFolder"/>.</summary>
    internal string Folder(string setting, string otherwise) => Path.GetFullPath(Setting(setting) ?? otherwise, Path.GetFullPath(OutputFolder));
}
