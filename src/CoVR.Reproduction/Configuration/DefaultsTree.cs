namespace CoVR.Reproduction.Configuration;

/// <summary>
/// Walks the <c>defaults</c> lists from the command's file and determines the files to merge, their order and packages.
/// The rules are Hydra's: a file's own content comes last unless <c>_self_</c> is listed elsewhere, an <c>override</c> of a later file wins over an
/// earlier one, the command line wins over both.
/// </summary>
internal sealed class DefaultsTree
{
    private readonly ConfigLibrary _library;
    private readonly Dictionary<string, Choice> _choices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Choice> _removals = new(StringComparer.Ordinal);
    private readonly List<DefaultsEntry> _added = [];
    private readonly List<string> _known = [];
    private readonly List<string> _open = [];

    /// <summary>Sets the choices of the command line.</summary>
    /// <exception cref="ConfigurationException">A group is chosen twice.</exception>
    public DefaultsTree(ConfigLibrary library, IEnumerable<ConfigOverride> choices)
    {
        _library = library;
        foreach (var choice in choices)
        {
            var key = choice.Package is null ? choice.Key : $"{choice.Key}@{choice.Package}";
            var value = choice.Text is "null" ? null : ConfigFile.WithoutSuffix(choice.Text);
            if (choice.Kind is OverrideKind.Add or OverrideKind.Force)
            {
                _added.Add(new DefaultsEntry(choice.Key, value, choice.Origin) { Absolute = true, Package = choice.Package });
            }
            else if (_choices.ContainsKey(key) || _removals.ContainsKey(key))
            {
                throw new ConfigurationException(choice.Origin, $"the group '{key}' is chosen twice.");
            }
            else
            {
                (choice.Kind == OverrideKind.Remove ? _removals : _choices).Add(key, new Choice(value, choice.Origin, true));
            }
        }
    }

    /// <summary>The files in merge order, each with its package.</summary>
    /// <exception cref="ConfigurationException">A file, a group or a choice is unknown.</exception>
    public IReadOnlyList<(ConfigFile File, string Package)> Walk(string primary)
    {
        var root = _library.Find(primary) ?? throw new ConfigurationException($"There is no configuration '{primary}.yaml'.");
        var files = Expand(root, "", [.. root.Defaults, .. _added]);
        foreach (var (key, choice) in _choices.Concat(_removals))
        {
            if (!choice.Used && (choice.CommandLine || !_library.HasGroup(key.Split('@')[0])))
            {
                throw new ConfigurationException(choice.Origin, UnusedGroup(key, choice));
            }
        }

        return files;
    }

    private List<(ConfigFile File, string Package)> Expand(ConfigFile file, string package, IReadOnlyList<DefaultsEntry> defaults)
    {
        if (_open.Contains(file.Path))
        {
            throw new ConfigurationException($"{file.Source}: the defaults lists form a cycle: {string.Join(" -> ", _open)} -> {file.Path}.");
        }

        _open.Add(file.Path);
        foreach (var entry in defaults.Where(entry => entry.Override))
        {
            _choices.TryAdd(Key(entry, file, package), new Choice(entry.Choice, entry.Origin, false));
        }

        var self = defaults.Any(entry => entry.IsSelf) ? defaults : [.. defaults, new DefaultsEntry(null, DefaultsEntry.Self, file.Body.Origin)];
        List<List<(ConfigFile, string)>> parts = [];

        // From the last to the first: an experiment's overrides must be known before the groups that they change.
        foreach (var entry in self.Where(entry => !entry.Override).Reverse())
        {
            parts.Add(entry.IsSelf ? [(file, package)] : Child(entry, file, package));
        }

        _open.RemoveAt(_open.Count - 1);
        parts.Reverse();
        return [.. parts.SelectMany(part => part)];
    }

    private List<(ConfigFile File, string Package)> Child(DefaultsEntry entry, ConfigFile parent, string package)
    {
        var (choice, origin) = (entry.Choice, entry.Origin);
        var key = Key(entry, parent, package);
        if (entry.Group is not null)
        {
            _known.Add(key);
            if (_choices.TryGetValue(key, out var chosen))
            {
                chosen.Used = true;
                (choice, origin) = (chosen.Value, chosen.Origin);
            }
        }

        if (IsRemoved(key, choice) || choice is null)
        {
            return [];
        }

        if (choice == ConfigScalar.Missing)
        {
            throw new ConfigurationException(origin, $"choose one of {string.Join(", ", _library.Choices(key))}: {key}=…");
        }

        var group = Group(entry, parent);
        var path = group.Length == 0 ? choice : $"{group}/{choice}";
        if (_library.Find(path) is not { } file)
        {
            return entry.Optional ? [] : throw new ConfigurationException(origin, UnknownChoice(group, choice));
        }

        return Expand(file, PackageOf(file, entry, package), file.Defaults);
    }

    /// <summary>Whether the command line takes a choice out (<c>~group</c>, or <c>~group=choice</c>).</summary>
    private bool IsRemoved(string key, string? choice)
    {
        if (!_removals.TryGetValue(key, out var removal))
        {
            return false;
        }

        removal.Used = true;
        return removal.Value is null || removal.Value == choice
            ? true
            : throw new ConfigurationException(removal.Origin, $"the choice of '{key}' is '{choice ?? "null"}', not '{removal.Value}'; ~{key} removes it whatever its value.");
    }

    private static string Group(DefaultsEntry entry, ConfigFile parent) =>
        entry.Absolute || parent.Group.Length == 0 ? entry.Group ?? ""
        : entry.Group is null ? parent.Group
        : $"{parent.Group}/{entry.Group}";

    private static string Key(DefaultsEntry entry, ConfigFile parent, string package)
    {
        var group = Group(entry, parent);
        var place = Join(package, entry.Package ?? (entry.Group ?? "").Replace('/', '.'));
        return place == group.Replace('/', '.') ? group : $"{group}@{(place.Length == 0 ? "_global_" : place)}";
    }

    private static string PackageOf(ConfigFile file, DefaultsEntry entry, string package) =>
        Join(package, (entry.Package ?? file.Package) switch
        {
            null => (entry.Group ?? "").Replace('/', '.'),
            "_group_" => file.Group.Replace('/', '.'),
            var given => given,
        });

    private static string Join(string package, string inner)
    {
        const string global = "_global_";
        return inner.StartsWith(global, StringComparison.Ordinal) ? inner[global.Length..].TrimStart('.')
            : inner.Length == 0 ? package
            : package.Length == 0 ? inner
            : $"{package}.{inner}";
    }

    private string UnknownChoice(string group, string choice)
    {
        if (group.Length > 0 && !_library.HasGroup(group))
        {
            return ConfigPath.Unknown($"there is no group '{group}'.", group, _library.Groups);
        }

        var choices = _library.Choices(group);
        return choice.Contains(',', StringComparison.Ordinal) ? $"'{choice}' is more than one choice of the group '{group}'. {HydraFlags.Sweeps}"
            : ConfigPath.Unknown($"there is no choice '{choice}' in the group '{group}'.", choice, choices) + $" Known: {string.Join(", ", choices)}. (Files of your own: configs/{group}/{choice}.yaml)";
    }

    private string UnusedGroup(string key, Choice choice) =>
        ConfigPath.Unknown($"no defaults list chooses from the group '{key}'.", key, _known) + $" To add it anyway: +{key}={choice.Value}.";

    private sealed class Choice(string? value, ConfigOrigin origin, bool commandLine)
    {
        public string? Value => value;

        public ConfigOrigin Origin => origin;

        /// <summary>A file may override a group from which this command does not choose; the command line may not.</summary>
        public bool CommandLine => commandLine;

        public bool Used { get; set; }
    }
}
