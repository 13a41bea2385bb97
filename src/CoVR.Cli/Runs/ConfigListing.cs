using CoVR.Cli.Hosting;
using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Runs;

/// <summary>Prints a configuration with the origin of each value.</summary>
internal static class ConfigListing
{
    private const int Widest = 60;

    /// <summary>Prints every value at or below a path.</summary>
    /// <exception cref="ConfigurationException">There is no such path.</exception>
    public static void Print(CommandHost host, ComposedConfiguration config, string prefix)
    {
        ConfigEntry[] entries = [.. config.Entries(prefix)];
        if (entries.Length == 0)
        {
            throw config.Unknown(prefix, $"there is no '{prefix}' in the configuration.", prefix, config.Paths);
        }

        if (prefix.Length == 0)
        {
            host.Say($"# run folder: {host.Shown(config.OutputFolder)}");
        }

        var lines = entries.Select(entry => (Text: $"{entry.Path}: {entry.Yaml}", Entry: entry)).ToList();
        var width = Math.Min(Widest, lines.Max(line => line.Text.Length));
        foreach (var (text, entry) in lines)
        {
            host.Say($"{text.PadRight(width)}  # {Shown(host, entry.Origin)}{(entry.Expression is null ? "" : $", {entry.Expression}")}{(entry.Fault is null ? "" : $": {entry.Fault}")}");
        }
    }

    private static string Shown(CommandHost host, ConfigOrigin origin) =>
        Path.IsPathFullyQualified(origin.Source) ? (origin with { Source = host.Shown(origin.Source) }).ToString() : origin.ToString();
}
