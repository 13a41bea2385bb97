using System.Reflection;

namespace CoVR.Reproduction.Configuration;

/// <summary>The files of the option groups (Hydra's config groups): those of the user's folders override the built-in ones, file by file.</summary>
/// <remarks>Not safe for use from several threads.</remarks>
public sealed class ConfigLibrary
{
    private const string BuiltIn = "configs/";
    private readonly Dictionary<string, (string Source, Func<string> Text)> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigFile> _read = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _groups = new(StringComparer.Ordinal);

    /// <summary>Lists the files of folders and the built-in ones.</summary>
    /// <param name="folders">Earlier folders win.</param>
    public ConfigLibrary(params IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            AddFolder(folder);
        }

        var assembly = typeof(ConfigLibrary).Assembly;
        foreach (var name in assembly.GetManifestResourceNames())
        {
            var path = name.Replace('\\', '/');
            if (path.StartsWith(BuiltIn, StringComparison.Ordinal))
            {
                Add(path[BuiltIn.Length..], "covr: " + path, () => Embedded(assembly, name));
            }
        }
    }

    internal IEnumerable<string> Groups => _groups.Keys;

    /// <summary>The user's folders in order: the given ones, then <c>configs</c> in the folder in which the command was started.</summary>
    /// <param name="asked">The given folders.</param>
    /// <param name="workingFolder">The folder in which the command was started.</param>
    /// <returns>Absolute paths.</returns>
    /// <exception cref="ConfigurationException">A given folder does not exist.</exception>
    public static IReadOnlyList<string> Folders(IEnumerable<string> asked, string workingFolder)
    {
        List<string> folders = [];
        foreach (var folder in asked.Select(folder => Path.GetFullPath(folder, workingFolder)))
        {
            folders.Add(Directory.Exists(folder) ? folder : throw new ConfigurationException($"The folder of configurations '{folder}' does not exist (--config-dir)."));
        }

        var beside = Path.Combine(workingFolder, "configs");
        return Directory.Exists(beside) ? [.. folders, beside] : folders;
    }

    /// <summary>The replacement for an option of Hydra.</summary>
    /// <param name="option">For example <c>--multirun</c>.</param>
    /// <returns>A sentence; null if it is not an option of Hydra.</returns>
    public static string? HydraCounterpart(string option) => HydraFlags.Counterpart(option);

    /// <summary>Composes the configuration of a command from its file, the chosen groups and overrides.</summary>
    /// <param name="command">The file of the command: <c>train</c> or <c>test</c>.</param>
    /// <param name="arguments">Choices (<c>data=cirr</c>) and values (<c>trainer.max_epochs=3</c>).</param>
    /// <param name="workingFolder">The absolute folder in which the command was started.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="ConfigurationException">A file, choice or value is wrong.</exception>
    public ComposedConfiguration Compose(string command, IReadOnlyList<string> arguments, string workingFolder) =>
        new ConfigComposer(this, ConfigRuntime.Current with { WorkingFolder = workingFolder }).Compose(command, arguments);

    /// <summary>Loads a configuration that a run has saved (<see cref="ComposedConfiguration.Save"/>).</summary>
    /// <param name="file">The file.</param>
    /// <param name="arguments">Values to change.</param>
    /// <param name="workingFolder">The absolute folder in which the command was started.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="ConfigurationException">The file is missing or a value is wrong.</exception>
    public ComposedConfiguration Load(string file, IReadOnlyList<string> arguments, string workingFolder) =>
        new ConfigComposer(this, ConfigRuntime.Current with { WorkingFolder = workingFolder }).Load(file, arguments);

    /// <summary>Whether there is a file.</summary>
    /// <param name="path">Its path within the groups, for example <c>model/blip2-coco</c>.</param>
    /// <returns>Whether it exists.</returns>
    public bool Contains(string path) => _files.ContainsKey(path);

    /// <summary>Whether a group exists.</summary>
    internal bool HasGroup(string group) => _groups.ContainsKey(group);

    /// <summary>The choices of a group.</summary>
    /// <param name="group">The group, for example <c>model/ckpt</c>.</param>
    /// <returns>Empty for a group that does not exist.</returns>
    public IReadOnlyCollection<string> Choices(string group) => _groups.TryGetValue(group, out var choices) ? choices : [];

    /// <summary>A file by its path within the groups; null if there is none.</summary>
    /// <exception cref="ConfigurationException">The file is not a configuration.</exception>
    internal ConfigFile? Find(string path)
    {
        if (_read.TryGetValue(path, out var known))
        {
            return known;
        }

        return _files.TryGetValue(path, out var file) ? _read[path] = ConfigFile.Parse(path, file.Source, file.Text()) : null;
    }

    private static string Embedded(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private void AddFolder(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.y*ml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            Add(Path.GetRelativePath(folder, file).Replace('\\', '/'), file, () => YamlTree.ReadText(file));
        }
    }

    private void Add(string file, string source, Func<string> text)
    {
        var path = ConfigFile.WithoutSuffix(file)!;
        _files.TryAdd(path, (source, text));
        if (path.LastIndexOf('/') is var slash and > 0)
        {
            var group = path[..slash];
            if (!_groups.TryGetValue(group, out var choices))
            {
                _groups[group] = choices = new SortedSet<string>(StringComparer.Ordinal);
            }

            choices.Add(path[(slash + 1)..]);
        }
    }
}
