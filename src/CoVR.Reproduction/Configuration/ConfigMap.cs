namespace CoVR.Reproduction.Configuration;

/// <summary>Named nodes in the order in which they were written.</summary>
internal sealed class ConfigMap(ConfigOrigin origin) : ConfigNode(origin)
{
    /// <summary>The nodes by name.</summary>
    public OrderedDictionary<string, ConfigNode> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>Merges another map into this one: maps are merged, everything else is replaced.</summary>
    public void Merge(ConfigMap over)
    {
        foreach (var (name, node) in over.Entries)
        {
            if (node is ConfigMap above && Entries.GetValueOrDefault(name) is ConfigMap below)
            {
                below.Merge(above);
            }
            else
            {
                Entries[name] = node.Copy();
            }
        }
    }

    /// <inheritdoc/>
    public override ConfigNode Copy()
    {
        var copy = new ConfigMap(Origin);
        copy.Merge(this);
        return copy;
    }

    /// <inheritdoc/>
    public override object? ToValue() => Entries.ToDictionary(entry => entry.Key, entry => entry.Value.ToValue(), StringComparer.Ordinal);

    /// <summary>The map wrapped in names: "a.b" gives <c>{a: {b: map}}</c>, "" the map itself.</summary>
    public ConfigMap Under(string package)
    {
        var wrapped = this;
        foreach (var name in package.Split('.', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            var outer = new ConfigMap(Origin);
            outer.Entries[name] = wrapped;
            wrapped = outer;
        }

        return wrapped;
    }
}
