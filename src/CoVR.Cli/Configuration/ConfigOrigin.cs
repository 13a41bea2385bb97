namespace CoVR.Cli.Configuration;

/// <summary>Where a value of the configuration was written.</summary>
/// <param name="Source">The file as a person would name it, or the argument of the command line.</param>
/// <param name="Line">The line in the file, from 1; null where there is none.</param>
internal sealed record ConfigOrigin(string Source, int? Line = null)
{
    /// <summary>An argument of the command line.</summary>
    public static ConfigOrigin CommandLine(string argument) => new($"command line: {argument}");

    /// <inheritdoc/>
    public override string ToString() => Line is { } line ? $"{Source}:{line}" : Source;
}
