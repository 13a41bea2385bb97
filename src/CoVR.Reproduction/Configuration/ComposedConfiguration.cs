using System.Text;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Reproduction.Configuration;

/// <summary>The configuration of one command: every value with its origin.</summary>
/// <remarks>
/// References are resolved when a value is read, so an unused value may be missing. Values are null, <see cref="bool"/>,
/// <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, lists or maps of these. Not safe for use from several threads.
/// </remarks>
public sealed class ComposedConfiguration
{
    private readonly ConfigMap _root;
    private readonly ConfigRuntime _runtime;

    internal ComposedConfiguration(ConfigMap root, ConfigRuntime runtime, IReadOnlyList<string> arguments) => (_root, _runtime, Arguments) = (root, runtime, arguments);

    /// <summary>The overrides as typed.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The folder in which the command was started; the base of relative paths in the configuration.</summary>
    public string WorkingFolder => _runtime.WorkingFolder;

    /// <summary>The folder of the run, absolute.</summary>
    public string OutputFolder => Path.GetFullPath(Text("hydra.run.dir"), WorkingFolder);

    /// <summary>The paths of all values and maps, without the tool's own settings (<c>hydra</c>).</summary>
    public IEnumerable<string> Paths => ConfigPath.All(Unresolved).Select(pair => pair.Path);

    /// <summary>The tree as composed, references included, without <c>hydra</c>.</summary>
    internal ConfigMap Unresolved => Shown(_root);

    /// <summary>The file of a run folder from which its configuration can be loaded again.</summary>
    /// <param name="folder">The run folder.</param>
    /// <returns>Its path.</returns>
    public static string SavedPath(string folder) => Path.Combine(folder, ".hydra", "config.yaml");

    /// <summary>The value at a path with its references resolved.</summary>
    /// <param name="path">For example <c>model.ckpt.name</c>.</param>
    /// <returns>A value, an <see cref="IReadOnlyList{T}"/> of values, or an <see cref="IReadOnlyDictionary{TKey, TValue}"/> of them by name; null if it is absent or null.</returns>
    /// <exception cref="ConfigurationException">A reference cannot be resolved, or a required value is missing.</exception>
    public object? Find(string path) => FindNode(path)?.ToValue();

    /// <summary>The names below a path.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The names in order; empty if there is no map.</returns>
    public IReadOnlyList<string> Names(string path) =>
        (path.Length == 0 ? Unresolved : FindNode(path)) is ConfigMap map ? [.. map.Entries.Keys] : [];

    /// <summary>Saves the configuration into the run folder, as Hydra does: <c>hydra.json</c>, <c>.hydra/config.yaml</c>, <c>.hydra/overrides.yaml</c>.</summary>
    /// <exception cref="ConfigurationException">A reference cannot be resolved, or a required value is missing.</exception>
    public void Save()
    {
        var resolved = ConfigJson.Document(Resolved());
        Write(Path.Combine(OutputFolder, "hydra.json"), resolved);
        Write(SavedPath(OutputFolder), $"# {string.Join(' ', Arguments)}\n{ConfigYaml.Document(_root)}");
        Write(Path.Combine(OutputFolder, ".hydra", "overrides.yaml"), string.Concat(Arguments.Select(argument => $"- {ConfigYaml.Scalar(argument)}\n")));

        static void Write(string path, string text) => AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>The tree with every reference resolved.</summary>
    internal ConfigMap Resolved() => (ConfigMap)new ConfigResolver(_root, _runtime).Resolve(Shown(_root), "");

    internal ConfigNode? FindNode(string path) =>
        ConfigPath.Find(_root, path) is { } node ? new ConfigResolver(_root, _runtime).Resolve(node, path) : null;

    /// <summary>A text.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The value, numbers and flags as Python writes them.</returns>
    /// <exception cref="ConfigurationException">The value is missing or has another type.</exception>
    public string Text(string path) => TextOrNull(path) ?? throw Missing(path);

    /// <summary>A text.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Null if the value is missing or null.</returns>
    /// <exception cref="ConfigurationException">It is a list or a map.</exception>
    public string? TextOrNull(string path) => Scalar(path)?.Value is { } value ? PythonLiteral.Of(value) : null;

    /// <summary>A whole number.</summary>
    /// <param name="path">The path.</param>
    /// <param name="fallback">The default for a missing or null value; null: the value is required.</param>
    /// <returns>The number.</returns>
    /// <exception cref="ConfigurationException">The value is missing or has another type.</exception>
    public int Whole(string path, int? fallback = null) => Scalar(path) switch
    {
        { Value: long number } and var scalar => number is >= int.MinValue and <= int.MaxValue ? (int)number : throw Wrong(path, scalar, "a whole number"),
        null or { Value: null } => fallback ?? throw Missing(path),
        var other => throw Wrong(path, other, "a whole number"),
    };

    /// <summary>A number.</summary>
    /// <param name="path">The path.</param>
    /// <param name="fallback">The default for a missing or null value; null: the value is required.</param>
    /// <returns>The number.</returns>
    /// <exception cref="ConfigurationException">The value is missing or has another type.</exception>
    public double Number(string path, double? fallback = null) => Scalar(path) switch
    {
        { Value: double number } => number,
        { Value: long number } => number,
        null or { Value: null } => fallback ?? throw Missing(path),
        var other => throw Wrong(path, other, "a number"),
    };

    /// <summary>A flag.</summary>
    /// <param name="path">The path.</param>
    /// <param name="fallback">The default for a missing or null value; null: the value is required.</param>
    /// <returns>The flag.</returns>
    /// <exception cref="ConfigurationException">The value is missing or has another type.</exception>
    public bool Flag(string path, bool? fallback = null) => Scalar(path) switch
    {
        { Value: bool flag } => flag,
        null or { Value: null } => fallback ?? throw Missing(path),
        var other => throw Wrong(path, other, "True or False"),
    };

    /// <summary>A value by name.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="path">The path.</param>
    /// <param name="known">The value of each name.</param>
    /// <param name="fallback">The default name for a missing or null value.</param>
    /// <returns>The meaning.</returns>
    /// <exception cref="ConfigurationException">The name is unknown; the message has the nearest ones.</exception>
    public T OneOf<T>(string path, IReadOnlyDictionary<string, T> known, string fallback)
    {
        var name = TextOrNull(path) ?? fallback;
        return known.TryGetValue(name, out var value)
            ? value
            : throw Unknown(path, $"'{path}' is '{name}'; known are {string.Join(", ", known.Keys)}.", name, known.Keys);
    }

    /// <summary>A file or folder, absolute; relative paths start at the folder in which the command was started.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Null if the value is missing or null.</returns>
    public string? FileOrNull(string path) => TextOrNull(path) is { Length: > 0 } text ? Path.GetFullPath(text, WorkingFolder) : null;

    /// <summary>A file or folder, absolute; relative paths start at the folder in which the command was started.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ConfigurationException">The value is missing.</exception>
    public string File(string path) => FileOrNull(path) ?? throw Missing(path);

    /// <summary>Every value at or below a path.</summary>
    /// <param name="prefix">The path; empty for all.</param>
    /// <returns>With their origins, in order; a value that cannot be resolved has the reason.</returns>
    public IEnumerable<ConfigEntry> Entries(string prefix = "")
    {
        var top = prefix.Length == 0 ? Unresolved : ConfigPath.Find(_root, prefix);
        return top is ConfigMap map ? Below(map, prefix) : top is null ? [] : [Entry(prefix, top)];
    }

    /// <summary>Creates an error about a value, with its origin.</summary>
    /// <param name="path">The path.</param>
    /// <param name="message">What is wrong and how to fix it.</param>
    /// <returns>The exception to throw.</returns>
    public ConfigurationException Fault(string path, string message) =>
        ConfigPath.Find(_root, path)?.Origin is { } origin ? new ConfigurationException(origin, message) : new ConfigurationException(message);

    /// <summary>Creates an error about an unknown name, with its origin and the nearest known names.</summary>
    /// <param name="path">The path.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="name">The name.</param>
    /// <param name="known">The known names.</param>
    /// <returns>The exception to throw.</returns>
    public ConfigurationException Unknown(string path, string message, string name, IEnumerable<string> known) =>
        Fault(path, ConfigPath.Unknown(message, name, known));

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

    private ConfigScalar? Scalar(string path) => FindNode(path) switch
    {
        null => null,
        ConfigScalar scalar => scalar,
        var other => throw new ConfigurationException(other.Origin, $"'{path}' has to be one value."),
    };

    private ConfigurationException Missing(string path) => Fault(path, $"'{path}' is needed here and not given: {path}=…");

    private static ConfigurationException Wrong(string path, ConfigScalar scalar, string wanted) =>
        new(scalar.Origin, $"'{path}' is '{PythonLiteral.Of(scalar.Value)}', but has to be {wanted}.");
}
