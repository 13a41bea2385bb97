using Microsoft.Extensions.Configuration;

namespace CoVR.Cli.Configuration;

/// <summary>
/// The configuration of one command: every value with its origin. References are followed when a value is asked for, so that a value that nobody
/// needs may be missing.
/// </summary>
internal sealed class ComposedConfiguration
{
    private readonly ConfigMap _root;
    private readonly ConfigRuntime _runtime;

    /// <summary>Takes a composed tree.</summary>
    public ComposedConfiguration(ConfigMap root, ConfigRuntime runtime, IReadOnlyList<string> arguments)
    {
        _root = root;
        _runtime = runtime;
        Arguments = arguments;
    }

    /// <summary>The overrides as they were typed.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The folder in which the command was started; relative paths of the configuration count from it.</summary>
    public string WorkingFolder => _runtime.WorkingFolder;

    /// <summary>The folder of the run, absolute.</summary>
    public string OutputFolder => Path.GetFullPath(Text("hydra.run.dir"), WorkingFolder);

    /// <summary>The tree as composed, references included, without what configures the tool itself (<c>hydra</c>).</summary>
    public ConfigMap Unresolved => Shown(_root);

    /// <summary>The tree with every reference followed.</summary>
    /// <exception cref="ConfigurationException">A reference leads nowhere, or a value that has to be given is missing.</exception>
    public ConfigMap Resolved() => (ConfigMap)new ConfigResolver(_root, _runtime).Resolve(Shown(_root), "");

    /// <summary>The tree for a file from which the same configuration can be loaded again.</summary>
    public ConfigMap Reloadable => _root;

    /// <summary>The node at a path with its references followed; null where there is none.</summary>
    public ConfigNode? Find(string path) =>
        ConfigPath.Find(_root, path) is { } node ? new ConfigResolver(_root, _runtime).Resolve(node, path) : null;

    /// <summary>Where the value at a path was written; null where there is none.</summary>
    public ConfigOrigin? OriginOf(string path) => ConfigPath.Find(_root, path)?.Origin;

    /// <summary>The names below a path, in order; none where there is no map.</summary>
    public IReadOnlyList<string> Names(string path) =>
        (path.Length == 0 ? Unresolved : Find(path)) is ConfigMap map ? [.. map.Entries.Keys] : [];

    /// <summary>A text.</summary>
    /// <exception cref="ConfigurationException">The value is missing or has another type.</exception>
    public string Text(string path) => TextOrNull(path) ?? throw Missing(path);

    /// <summary>A text, or null where the value is missing or null.</summary>
    public string? TextOrNull(string path) => Scalar(path)?.Value is { } value ? PythonText.Of(value) : null;

    /// <summary>A whole number; the fallback where the value is missing or null.</summary>
    public int Whole(string path, int? fallback = null) => Scalar(path) switch
    {
        { Value: long number } and var scalar => number is >= int.MinValue and <= int.MaxValue ? (int)number : throw Wrong(path, scalar, "a whole number"),
        null or { Value: null } => fallback ?? throw Missing(path),
        var other => throw Wrong(path, other, "a whole number"),
    };

    /// <summary>A number; the fallback where the value is missing or null.</summary>
    public double Number(string path, double? fallback = null) => Scalar(path) switch
    {
        { Value: double number } => number,
        { Value: long number } => number,
        null or { Value: null } => fallback ?? throw Missing(path),
        var other => throw Wrong(path, other, "a number"),
    };

    /// <summary>Yes or no; the fallback where the value is missing or null.</summary>
    public bool Flag(string path, bool? fallback = null) => Scalar(path) switch
    {
        { Value: bool flag } => flag,
        null or { Value: null } => fallback ?? throw Missing(path),
        var other => throw Wrong(path, other, "True or False"),
    };

    /// <summary>One of several names.</summary>
    public T OneOf<T>(string path, IReadOnlyDictionary<string, T> known, string fallback)
    {
        var name = TextOrNull(path) ?? fallback;
        return known.TryGetValue(name, out var value)
            ? value
            : throw new ConfigurationException(OriginOf(path)!, Configuration.Names.Unknown($"'{path}' is '{name}'; known are {string.Join(", ", known.Keys)}.", name, known.Keys));
    }

    /// <summary>A path of a file or folder, made absolute from where the command was started; null where the value is missing or null.</summary>
    public string? FileOrNull(string path) => TextOrNull(path) is { Length: > 0 } text ? Path.GetFullPath(text, WorkingFolder) : null;

    /// <summary>A path of a file or folder, made absolute from where the command was started.</summary>
    public string File(string path) => FileOrNull(path) ?? throw Missing(path);

    /// <summary>Every value at or below a path with its origin; a value that cannot be resolved carries the reason.</summary>
    public IEnumerable<ConfigEntry> Entries(string prefix = "")
    {
        var top = prefix.Length == 0 ? Unresolved : ConfigPath.Find(_root, prefix);
        return top is ConfigMap map ? Below(map, prefix) : top is null ? [] : [Entry(prefix, top)];
    }

    /// <summary>The configuration through Microsoft.Extensions.Configuration, so that options classes can be bound to it.</summary>
    /// <exception cref="ConfigurationException">A reference leads nowhere.</exception>
    public IConfigurationRoot AsConfiguration() =>
        new ConfigurationBuilder().Add(new ComposedConfigurationSource(Resolved())).Build();

    /// <summary>A fault of the value at a path, with where it was written.</summary>
    public ConfigurationException Fault(string path, string message) =>
        OriginOf(path) is { } origin ? new ConfigurationException(origin, message) : new ConfigurationException(message);

    private static ConfigMap Shown(ConfigMap root)
    {
        var shown = new ConfigMap(root.Origin);
        foreach (var (name, node) in root.Entries)
        {
            if (name != "hydra")
            {
                shown.Entries[name] = node;
            }
        }

        return shown;
    }

    private IEnumerable<ConfigEntry> Below(ConfigMap map, string prefix)
    {
        foreach (var (name, node) in map.Entries)
        {
            var path = prefix.Length == 0 ? name : $"{prefix}.{name}";
            foreach (var entry in node is ConfigMap { Entries.Count: > 0 } inner ? Below(inner, path) : [Entry(path, node)])
            {
                yield return entry;
            }
        }
    }

    private ConfigEntry Entry(string path, ConfigNode node)
    {
        var expression = node is ConfigScalar { IsExpression: true, Value: string text } ? text : null;
        try
        {
            var value = new ConfigResolver(_root, _runtime).Resolve(node, path);
            return new ConfigEntry(path, value is ConfigScalar scalar ? scalar.Value : ConfigJson.Line(value), node.Origin, expression, null) { IsStructure = value is not ConfigScalar };
        }
        catch (ConfigurationException fault)
        {
            return new ConfigEntry(path, null, node.Origin, expression, fault.Message);
        }
    }

    private ConfigScalar? Scalar(string path) => Find(path) switch
    {
        null => null,
        ConfigScalar scalar => scalar,
        var other => throw new ConfigurationException(other.Origin, $"'{path}' has to be one value."),
    };

    private ConfigurationException Missing(string path) => Fault(path, $"'{path}' is needed here and not given: {path}=…");

    private static ConfigurationException Wrong(string path, ConfigScalar scalar, string wanted) =>
        new(scalar.Origin, $"'{path}' is '{PythonText.Of(scalar.Value)}', but has to be {wanted}.");
}
