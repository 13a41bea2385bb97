using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Runs;

/// <summary>Reads <c>_target_</c>: the name of a class of the Python repository, of which the last part is significant.</summary>
internal static class ConfigTarget
{
    /// <summary>The meaning of the last part of a section's target.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="section">The path of the section.</param>
    /// <param name="known">The value of each name.</param>
    /// <exception cref="ConfigurationException">The section has no target, or an unknown one.</exception>
    public static T Of<T>(ComposedConfiguration config, string section, IReadOnlyDictionary<string, T> known)
    {
        var path = $"{section}._target_";
        var target = config.Text(path);
        var name = target[(target.LastIndexOf('.') + 1)..];
        return known.TryGetValue(name, out var meaning)
            ? meaning
            : throw config.Unknown(path, $"'{path}' is '{target}', which covr does not know. Known: {string.Join(", ", known.Keys)}.", name, known.Keys);
    }
}
