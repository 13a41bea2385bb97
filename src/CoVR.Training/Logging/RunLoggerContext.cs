using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Training;

/// <summary>What a logger that is asked for by name is made from.</summary>
/// <param name="OutputFolder">The folder of the run.</param>
public sealed record RunLoggerContext(string OutputFolder)
{
    /// <summary>The settings of the logger's own group, for example <c>tracking_uri</c> of mlflow; each logger says which it knows.</summary>
    /// <value>Empty.</value>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>What the run is called where a logger shows several.</summary>
    /// <value>The name of <see cref="OutputFolder"/>.</value>
    public string RunName { get; init; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(OutputFolder)));

    /// <summary>Of how many steps one is logged, at least 1: the first, and from there every n-th.</summary>
    /// <value>1, as <c>trainer.log_interval</c> of the reference.</value>
    public int LogInterval { get; init; } = 1;

    /// <summary>Of how many steps one is written as a line of text, at least 1.</summary>
    /// <value>10, as <c>trainer.print_interval</c> of the reference.</value>
    public int PrintInterval { get; init; } = 10;

    /// <summary>Where a logger tells of itself, and where <c>console</c> writes its lines.</summary>
    /// <value>Nowhere.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock of time stamps.</summary>
    /// <value>The system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A setting; null when it is absent or blank.</summary>
    /// <param name="name">Its name in the logger's group.</param>
    /// <returns>The text.</returns>
    public string? Setting(string name) => Settings.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;

    /// <summary>The folder that a setting names, relative to <see cref="OutputFolder"/>; the default when it is absent.</summary>
    internal string Folder(string setting, string otherwise) => Path.GetFullPath(Setting(setting) ?? otherwise, Path.GetFullPath(OutputFolder));

    /// <summary>A setting that is a whole number.</summary>
    internal int Number(string setting, int otherwise) => Setting(setting) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
        : throw new ArgumentException($"The logger's setting '{setting}' is '{text}', expected a whole number.");
}
