namespace CoVR.Cli.Configuration;

/// <summary>A node of a configuration tree: a <see cref="ConfigMap"/>, a <see cref="ConfigList"/> or a <see cref="ConfigScalar"/>.</summary>
/// <param name="origin">Where it was written.</param>
internal abstract class ConfigNode(ConfigOrigin origin)
{
    /// <summary>Where it was written.</summary>
    public ConfigOrigin Origin { get; } = origin;

    /// <summary>A tree of its own with the same content.</summary>
    public abstract ConfigNode Copy();
}
