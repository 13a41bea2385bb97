namespace CoVR.Reproduction.Configuration;

/// <summary>One value of a composed configuration, as <c>--show-config</c> prints it.</summary>
/// <param name="Path">The path ("trainer.max_epochs").</param>
/// <param name="Value">The value: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, or text for a list.</param>
/// <param name="Origin">Where it was written.</param>
/// <param name="Expression">The reference that was written; null for a plain value.</param>
/// <param name="Fault">Why there is no value; null where there is one.</param>
public sealed record ConfigEntry(string Path, object? Value, ConfigOrigin Origin, string? Expression, string? Fault)
{
    /// <summary>Whether <see cref="Value"/> is the text of a list or map.</summary>
    public bool IsStructure { get; init; }

    /// <summary>The value as Python writes it; <c>None</c> where it is null.</summary>
    public string Text => PythonLiteral.Of(Value);

    /// <summary>The value as it stands in YAML; <c>?</c> where there is none.</summary>
    public string Yaml => Fault is not null ? "?" : IsStructure ? (string)Value! : ConfigYaml.Scalar(Value);
}

/// <summary>Where a value of the configuration was written.</summary>
/// <param name="Source">The file as a person would name it, or the argument of the command line.</param>
/// <param name="Line">The line in the file, from 1; null where there is none.</param>
public sealed record ConfigOrigin(string Source, int? Line = null)
{
    internal static ConfigOrigin CommandLine(string argument) => new($"command line: {argument}");

    /// <inheritdoc/>
    public override string ToString() => Line is { } line ? $"{Source}:{line}" : Source;
}

/// <summary>The configuration cannot be composed or read. The message says what, where and how to put it right.</summary>
public sealed class ConfigurationException : CoVRException
{
    /// <summary>Creates a fault without a known place.</summary>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ConfigurationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Creates a fault of a place.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ConfigurationException(ConfigOrigin origin, string message, Exception? innerException = null)
        : base($"{origin}: {message}", innerException)
    {
    }
}
