using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
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
    public string? TextOrNull(string path) => (string?)Value(path, typeof(string));

    /// <summary>A whole number.</summary>
    /// <param name="path">The path.</param>
    /// <param name="fallback">The default for a missing or null value; null: the value is required.</param>
    /// <returns>The number.</returns>
    /// <exception cref="ConfigurationException">The value is missing or has another type.</exception>
    public int Whole(string path, int? fallback = null) => (int?)Value(path, typeof(int)) ?? fallback ?? throw Missing(path);

    /// <summary>A number.</summary>
    /// <param name="path">The path.</param>
    /// <param name="fallback">The default for a missing or null value; null: the value is required.</param>
    /// <returns>The number.</returns>
    /// <exception cref="ConfigurationException">The value is missing or has another type.</exception>
    public double Number(string path, double? fallback = null) => (double?)Value(path, typeof(double)) ?? fallback ?? throw Missing(path);

    /// <summary>A flag.</summary>
    /// <param name="path">The path.</param>
    /// <param name="fallback">The default for a missing or null value; null: the value is required.</param>
    /// <returns>The flag.</returns>
    /// <exception cref="ConfigurationException">The value is missing or has another type.</exception>
    public bool Flag(string path, bool? fallback = null) => (bool?)Value(path, typeof(bool)) ?? fallback ?? throw Missing(path);

    /// <summary>A value by name.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="path">The path.</param>
    /// <param name="known">The value of each name.</param>
    /// <param name="fallback">The default name for a missing or null value.</param>
    /// <returns>The meaning.</returns>
    /// <exception cref="ConfigurationException">The name is unknown; the message has the nearest ones.</exception>
    public T OneOf<T>(string path, IReadOnlyDictionary<string, T> known, string fallback) =>
        known.TryGetValue(TextOrNull(path) ?? fallback, out var value) ? value : throw UnknownName(path, TextOrNull(path) ?? fallback, known.Keys);

    /// <summary>Reads the values of a section into a record.</summary>
    /// <typeparam name="T">
    /// A class with one public constructor. Each parameter takes the value of its name in snake case: <c>MaxEpochs</c> that of <c>max_epochs</c>. Its
    /// type is <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, an
    /// <see cref="IReadOnlyList{T}"/> of one of these, or an enum, given by the name of a member in snake case; value types may be nullable. A
    /// parameter <c>X</c> of any type is given by name where the class has a public static dictionary <c>XNames</c>.
    /// </typeparam>
    /// <param name="section">The path of the section; empty for the root.</param>
    /// <returns>
    /// The record. A missing or null value gives the default of its parameter; without a default it is required. Values without a parameter are
    /// not read.
    /// </returns>
    /// <exception cref="ConfigurationException">A value has another type or an unknown name, or a required one is missing.</exception>
    /// <exception cref="NotSupportedException">A parameter has a type that is not listed above.</exception>
    public T Bind<T>(string section)
        where T : class
    {
        var constructor = typeof(T).GetConstructors().Single();
        return (T)constructor.Invoke([.. constructor.GetParameters().Select(parameter => Argument(section, parameter))]);
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

    private object? Value(string path, Type type) => TypedValue.Of(FindNode(path), type, path);

    private object? Argument(string section, ParameterInfo parameter)
    {
        var path = $"{section}.{JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!)}".TrimStart('.');
        return (TypedValue.Names(parameter) is { } known ? Named(path, known) : Value(path, parameter.ParameterType))
            ?? (parameter.HasDefaultValue ? parameter.DefaultValue : throw Missing(path));
    }

    private object? Named(string path, IDictionary known) =>
        TextOrNull(path) is { } name ? known[name] ?? throw UnknownName(path, name, known.Keys.Cast<string>()) : null;

    private ConfigurationException UnknownName(string path, string name, IEnumerable<string> known) =>
        Unknown(path, $"'{path}' is '{name}'; known values are {string.Join(", ", known)}.", name, known);

    private ConfigurationException Missing(string path) => Fault(path, $"'{path}' is required: {path}=…");
}
