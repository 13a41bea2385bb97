using System.Reflection;

namespace CoVR.Cli.Configuration;

/// <summary>The files of the option groups: those of the user's folders before those of the tool, file by file.</summary>
internal sealed class ConfigLibrary
{
    private const string BuiltIn = "configs/";
    private readonly Dictionary<string, (string Source, Func<string> Text)> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigFile> _read = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _groups = new(StringComparer.Ordinal);

    /// <summary>Lists the files of folders (the first wins) and of the tool itself.</summary>
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

    /// <summary>Every group ("data", "model/ckpt", …).</summary>
    public IEnumerable<string> Groups => _groups.Keys;

    /// <summary>The folders of a user in order: those asked for, then <c>configs</c> where the command was started.</summary>
    /// <exception cref="ConfigurationException">A folder that was asked for does not exist.</exception>
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

    /// <summary>Whether a group exists.</summary>
    public bool HasGroup(string group) => _groups.ContainsKey(group);

    /// <summary>The choices of a group; none for a group that does not exist.</summary>
    public IReadOnlyCollection<string> Choices(string group) => _groups.TryGetValue(group, out var choices) ? choices : [];

    /// <summary>A file by its path within the groups; null where there is none.</summary>
    /// <exception cref="ConfigurationException">The file is no configuration.</exception>
    public ConfigFile? Find(string path)
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
            Add(Path.GetRelativePath(folder, file).Replace('\\', '/'), file, () => File.ReadAllText(file));
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
