namespace CoVR.Reproduction.Configuration;

/// <summary>One value of a composed configuration, as <c>--show-config</c> prints it.</summary>
/// <param name="Path">The path ("trainer.max_epochs").</param>
/// <param name="Value">The value: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, or text for a list.</param>
/// <param name="Origin">Its origin.</param>
/// <param name="Expression">The reference as written; null for a plain value.</param>
/// <param name="Fault">Why there is no value; null if there is one.</param>
public sealed record ConfigEntry(string Path, object? Value, ConfigOrigin Origin, string? Expression, string? Fault)
{
    /// <summary>Whether <see cref="Value"/> is the text of a list or map.</summary>
    public bool IsStructure { get; init; }

    /// <summary>The value as Python writes it; <c>None</c> where it is null.</summary>
    public string Text => PythonLiteral.Of(Value);

    /// <summary>The value in YAML; <c>?</c> if there is none.</summary>
    public string Yaml => Fault is not null ? "?" : IsStructure ? (string)Value! : ConfigYaml.Scalar(Value);
}

/// <summary>The origin of a configuration value.</summary>
/// <param name="Source">The display name of the file, or the command-line argument.</param>
/// <param name="Line">The one-based line in the file; null if there is none.</param>
public sealed record ConfigOrigin(string Source, int? Line = null)
{
    internal static ConfigOrigin CommandLine(string argument) => new($"command line: {argument}");

    /// <inheritdoc/>
    public override string ToString() => Line is { } line ? $"{Source}:{line}" : Source;
}

/// <summary>The configuration cannot be composed or read. The message says what, where and how to fix it.</summary>
public sealed class ConfigurationException : CoVRException
{
    /// <summary>Creates an error without an origin.</summary>
    /// <param name="message">What is wrong and how to fix it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ConfigurationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an error with an origin.</summary>
    /// <param name="origin">The origin.</param>
    /// <param name="message">What is wrong and how to fix it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ConfigurationException(ConfigOrigin origin, string message, Exception? innerException = null)
        : base($"{origin}: {message}", innerException)
    {
    }
}
