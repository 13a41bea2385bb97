namespace CoVR.Reproduction.Configuration;

/// <summary>A node of a configuration tree: a <see cref="ConfigMap"/>, a <see cref="ConfigList"/> or a <see cref="ConfigScalar"/>.</summary>
/// <param name="origin">Its origin.</param>
internal abstract class ConfigNode(ConfigOrigin origin)
{
    /// <summary>Its origin.</summary>
    public ConfigOrigin Origin { get; } = origin;

    /// <summary>A deep copy.</summary>
    public abstract ConfigNode Copy();

    /// <summary>The content without origins: a value, a list or a map.</summary>
    public abstract object? ToValue();
}

/// <summary>One value: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/> or <see cref="string"/> (which may hold <c>${…}</c>).</summary>
internal sealed class ConfigScalar(object? value, ConfigOrigin origin) : ConfigNode(origin)
{
    /// <summary>The placeholder for a required value.</summary>
    public const string Missing = "???";

    /// <summary>The value.</summary>
    public object? Value { get; } = value;

    /// <summary>Whether the value refers to others.</summary>
    public bool IsExpression => Value is string text && text.Contains("${", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override ConfigNode Copy() => this;

    /// <inheritdoc/>
    public override object? ToValue() => Value;
}

/// <summary>A sequence of nodes.</summary>
internal sealed class ConfigList(IEnumerable<ConfigNode> items, ConfigOrigin origin) : ConfigNode(origin)
{
    /// <summary>The nodes.</summary>
    public List<ConfigNode> Items { get; } = [.. items];

    /// <inheritdoc/>
    public override ConfigNode Copy() => new ConfigList(Items.Select(item => item.Copy()), Origin);

    /// <inheritdoc/>
    public override object? ToValue() => Items.Select(item => item.ToValue()).ToList();
}
