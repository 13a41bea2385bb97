using System.Text.RegularExpressions;

namespace CoVR.Reproduction.Configuration;

/// <summary>One file of the option groups: its package, its <c>defaults</c> list and its own content.</summary>
/// <param name="Path">The path within the groups, without suffix ("model/ckpt/webvid-covr").</param>
/// <param name="Source">The display name of the file.</param>
/// <param name="Package">The package of a header line <c># @package</c>; null if there is none.</param>
/// <param name="Defaults">The lines of the list.</param>
/// <param name="Body">The content without the list.</param>
internal sealed partial record ConfigFile(string Path, string Source, string? Package, IReadOnlyList<DefaultsEntry> Defaults, ConfigMap Body)
{
    /// <summary>The group to which the file belongs ("model/ckpt"), "" at the root.</summary>
    public string Group => Path.LastIndexOf('/') is var slash and > 0 ? Path[..slash] : "";

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="ConfigurationException">The text is not a configuration.</exception>
    public static ConfigFile Parse(string path, string source, string text)
    {
        var body = YamlTree.Read(text, source);
        IReadOnlyList<DefaultsEntry> defaults = [];
        if (body.Entries.Remove("defaults", out var list))
        {
            var items = list as ConfigList ?? throw new ConfigurationException(list.Origin, "'defaults' must be a list of '- group: choice' lines.");
            defaults = [.. items.Items.SelectMany(Entries)];
        }

        var header = Header().Match(text);
        return new ConfigFile(path, source, header.Success ? header.Groups[1].Value : null, defaults, body);
    }

    private static IEnumerable<DefaultsEntry> Entries(ConfigNode item) => item switch
    {
        ConfigScalar { Value: string file } => [Entry(null, file, item.Origin)],
        ConfigMap { Entries.Count: 1 } map => Choices(map).Select(choice => Entry(map.Entries.GetAt(0).Key, choice, item.Origin)),
        _ => throw new ConfigurationException(item.Origin, "a line of 'defaults' must be '- file' or '- group: choice'."),
    };

    private static IReadOnlyList<string?> Choices(ConfigMap map) => map.Entries.GetAt(0).Value switch
    {
        ConfigScalar { Value: null } => [null],
        ConfigScalar { Value: { } value } => [PythonLiteral.Of(value)],
        ConfigList list => [.. list.Items.Select(item => item is ConfigScalar { Value: string text }
            ? text
            : throw new ConfigurationException(item.Origin, "a choice must be a name."))],
        var other => throw new ConfigurationException(other.Origin, "a choice must be a name, a list of names or null."),
    };

    private static DefaultsEntry Entry(string? group, string? choice, ConfigOrigin origin)
    {
        var words = (group ?? choice)!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words[^1];
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var package = at < 0 ? null : name[(at + 1)..];
        name = at < 0 ? name : name[..at];
        var bare = name.TrimStart('/');
        return new DefaultsEntry(group is null ? null : bare, WithoutSuffix(group is null ? bare : choice), origin)
        {
            Absolute = name.StartsWith('/'),
            Package = package,
            Override = words.AsSpan(0, words.Length - 1).Contains("override"),
            Optional = words.AsSpan(0, words.Length - 1).Contains("optional"),
        };
    }

    /// <summary>A choice may be written with the suffix of its file.</summary>
    internal static string? WithoutSuffix(string? choice) =>
        choice is not null && (choice.EndsWith(".yaml", StringComparison.Ordinal) || choice.EndsWith(".yml", StringComparison.Ordinal))
            ? choice[..choice.LastIndexOf('.')]
            : choice;

    [GeneratedRegex(@"^#\s*@package\s+(\S+)", RegexOptions.Multiline)]
    private static partial Regex Header();
}
