using CoVR.Storage;

namespace CoVR.Reproduction.Configuration;

/// <summary>One argument of the command line: <c>group=choice</c>, <c>a.b=value</c>, <c>+a.b=value</c>, <c>++a.b=value</c>, <c>~a.b</c> or <c>~a.b=value</c>.</summary>
/// <param name="Argument">The argument as it was typed.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Key">The group or the path, without package.</param>
/// <param name="Package">The part after <c>@</c>; null if absent.</param>
/// <param name="Text">The part after <c>=</c>; null without an equals sign.</param>
internal sealed record ConfigOverride(string Argument, OverrideKind Kind, string Key, string? Package, string? Text)
{
    /// <summary>The origin of values that it sets.</summary>
    public ConfigOrigin Origin => ConfigOrigin.CommandLine(Argument);

    /// <summary>Reads an argument.</summary>
    /// <exception cref="ConfigurationException">The argument is malformed.</exception>
    public static ConfigOverride Parse(string argument)
    {
        var (kind, rest) = argument switch
        {
            ['+', '+', ..] => (OverrideKind.Force, argument[2..]),
            ['+', ..] => (OverrideKind.Add, argument[1..]),
            ['~', ..] => (OverrideKind.Remove, argument[1..]),
            _ => (OverrideKind.Change, argument),
        };
        var equals = rest.IndexOf('=', StringComparison.Ordinal);
        var key = (equals < 0 ? rest : rest[..equals]).Trim();
        if (HydraFlags.Counterpart(argument) is { } instead)
        {
            throw new ConfigurationException($"Hydra's option '{argument}' is not supported. {instead}");
        }

        if (key.Length == 0 || key.StartsWith('-') || key.Contains(' ', StringComparison.Ordinal) || (equals < 0 && kind != OverrideKind.Remove))
        {
            throw new ConfigurationException($"'{argument}' is neither an option nor an override. Overrides are written group=choice (data=cirr) or name.name=value (trainer.max_epochs=3), without spaces around the equals sign.");
        }

        var at = key.IndexOf('@', StringComparison.Ordinal);
        return new ConfigOverride(argument, kind, at < 0 ? key : key[..at], at < 0 ? null : key[(at + 1)..], equals < 0 ? null : rest[(equals + 1)..]);
    }
}

/// <summary>The kinds of overrides.</summary>
internal enum OverrideKind
{
    /// <summary><c>a=b</c>: changes what exists.</summary>
    Change,

    /// <summary><c>+a=b</c>: adds what does not exist yet.</summary>
    Add,

    /// <summary><c>++a=b</c>: changes or adds.</summary>
    Force,

    /// <summary><c>~a</c>: takes out; <c>~a=b</c>: if it is b.</summary>
    Remove,
}
