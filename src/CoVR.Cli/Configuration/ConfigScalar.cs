namespace CoVR.Cli.Configuration;

/// <summary>One value: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/> or <see cref="string"/> (which may hold <c>${…}</c>).</summary>
internal sealed class ConfigScalar(object? value, ConfigOrigin origin) : ConfigNode(origin)
{
    /// <summary>What stands for a value that the user has to give.</summary>
    public const string Missing = "???";

    /// <summary>The value.</summary>
    public object? Value { get; } = value;

    /// <summary>Whether the value refers to others.</summary>
    public bool IsExpression => Value is string text && text.Contains("${", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override ConfigNode Copy() => this;
}
