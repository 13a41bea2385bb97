namespace CoVR.Cli.Configuration;

/// <summary>Nodes one after another.</summary>
internal sealed class ConfigList(IEnumerable<ConfigNode> items, ConfigOrigin origin) : ConfigNode(origin)
{
    /// <summary>The nodes.</summary>
    public List<ConfigNode> Items { get; } = [.. items];

    /// <inheritdoc/>
    public override ConfigNode Copy() => new ConfigList(Items.Select(item => item.Copy()), Origin);
}
