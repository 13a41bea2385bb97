namespace CoVR.Reproduction.Configuration;

/// <summary>Composes a configuration: the file of a command, the chosen files, then the values of the command line.</summary>
/// <param name="library">The files.</param>
/// <param name="runtime">The environment available to values.</param>
internal sealed class ConfigComposer(ConfigLibrary library, ConfigRuntime runtime)
{
    /// <summary>Composes the configuration of a command.</summary>
    /// <param name="command">The file at the root of the groups: "train" or "test".</param>
    /// <param name="arguments">Group choices and values, as typed.</param>
    /// <exception cref="ConfigurationException">A name is unknown, or a value cannot be read.</exception>
    public ComposedConfiguration Compose(string command, IReadOnlyList<string> arguments)
    {
        var overrides = arguments.Select(ConfigOverride.Parse).ToList();
        var choices = overrides.Where(IsChoice).ToList();
        var root = new ConfigMap(new ConfigOrigin(command));
        foreach (var (file, package) in new DefaultsTree(library, choices).Walk(command))
        {
            root.Merge(file.Body.Under(package));
        }

        return Finish(root, overrides.Except(choices), arguments);
    }

    /// <summary>Loads a configuration saved with a run, and applies values to it.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or a group is chosen (the file holds the choices already).</exception>
    public ComposedConfiguration Load(string file, IReadOnlyList<string> arguments)
    {
        var path = Path.GetFullPath(file, runtime.WorkingFolder);
        if (!File.Exists(path))
        {
            throw new ConfigurationException($"The saved configuration '{path}' does not exist (--config).");
        }

        var overrides = arguments.Select(ConfigOverride.Parse).ToList();
        if (overrides.FirstOrDefault(IsChoice) is { } choice)
        {
            throw new ConfigurationException(choice.Origin, "a saved configuration (--config) already has its choices; only values can be changed (name.name=value).");
        }

        return Finish(YamlTree.Read(YamlTree.ReadText(path), file), overrides, arguments);
    }

    private ComposedConfiguration Finish(ConfigMap root, IEnumerable<ConfigOverride> values, IReadOnlyList<string> arguments)
    {
        foreach (var value in values)
        {
            OverrideApplier.Apply(root, value, library.Groups, runtime);
        }

        return new ComposedConfiguration(root, runtime, arguments);
    }

    private bool IsChoice(ConfigOverride argument) =>
        !argument.Key.Contains('.', StringComparison.Ordinal) && library.HasGroup(argument.Key);
}

/// <summary>The environment available to a configuration.</summary>
/// <param name="WorkingFolder">The folder in which the command was started, absolute (<c>${hydra:runtime.cwd}</c>).</param>
/// <param name="Environment">Environment variables by name (<c>${oc.env:NAME}</c>).</param>
internal sealed record ConfigRuntime(string WorkingFolder, Func<string, string?> Environment)
{
    /// <summary>The environment of this process.</summary>
    public static ConfigRuntime Current => new(Directory.GetCurrentDirectory(), System.Environment.GetEnvironmentVariable);
}
