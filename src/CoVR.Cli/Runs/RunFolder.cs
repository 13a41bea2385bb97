using System.Text;
using CoVR.Cli.Configuration;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Cli.Runs;

/// <summary>Saves the configuration with the run: <c>hydra.json</c> as the reference, and <c>.hydra/</c> from which it can be composed again.</summary>
internal static class RunFolder
{
    /// <summary>The file that <c>--config</c> reads again.</summary>
    public static string ConfigFile(string folder) => Path.Combine(folder, ".hydra", "config.yaml");

    /// <summary>Writes the files; each is there whole or not at all.</summary>
    /// <exception cref="ConfigurationException">A value cannot be resolved.</exception>
    public static void Save(ComposedConfiguration config)
    {
        var folder = config.OutputFolder;
        var resolved = ConfigJson.Document(config.Resolved());
        Directory.CreateDirectory(Path.Combine(folder, ".hydra"));
        Write(Path.Combine(folder, "hydra.json"), resolved);
        Write(ConfigFile(folder), $"# {string.Join(' ', config.Arguments)}\n{ConfigYaml.Document(config.Reloadable)}");
        Write(Path.Combine(folder, ".hydra", "overrides.yaml"), string.Concat(config.Arguments.Select(argument => $"- {ConfigYaml.Scalar(argument)}\n")));
    }

    private static void Write(string path, string text) => AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text)));
}
