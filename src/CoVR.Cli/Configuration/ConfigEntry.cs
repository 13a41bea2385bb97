namespace CoVR.Cli.Configuration;

/// <summary>One value of a composed configuration, as <c>--show-config</c> tells it.</summary>
/// <param name="Path">The path ("trainer.max_epochs").</param>
/// <param name="Value">The value: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, or text for a list.</param>
/// <param name="Origin">Where it was written.</param>
/// <param name="Expression">The reference that was written; null for a plain value.</param>
/// <param name="Fault">Why there is no value; null where there is one.</param>
internal sealed record ConfigEntry(string Path, object? Value, ConfigOrigin Origin, string? Expression, string? Fault)
{
    /// <summary>Whether <see cref="Value"/> is the text of a list or map.</summary>
    public bool IsStructure { get; init; }
}
