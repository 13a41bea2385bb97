using CoVR.Data;
using CoVR.Datasets.Annotations;
using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;
using YamlDotNet.RepresentationModel;

namespace CoVR.Reproduction.Configuration;

/// <summary>Reads YAML text into a <see cref="ConfigNode"/> tree that remembers its lines, with the meaning that PyYAML and OmegaConf give it.</summary>
internal sealed class YamlTree
{
    private const int MostNodes = 100_000, Deepest = 100;
    private const string Standard = "tag:yaml.org,2002:";

    private readonly string _source;
    private readonly HashSet<YamlNode> _open = new(ReferenceEqualityComparer.Instance);
    private int _nodes;

    private YamlTree(string source) => _source = source;

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or is not text.</exception>
    public static string ReadText(string file)
    {
        try
        {
            return TextFile.Read(file);
        }
        catch (DatasetFormatException fault)
        {
            throw new ConfigurationException(new ConfigOrigin(file, (int?)fault.Line), fault.Reason, fault);
        }
    }

    /// <summary>Reads one document; an empty one is an empty map.</summary>
    /// <exception cref="ConfigurationException">The text is not YAML, is not one map, or has a tag that is not known.</exception>
    public static ConfigMap Read(string text, string source)
    {
        var stream = new YamlStream();
        try
        {
            RequireSpaces(text, source);
            RequireDepth(text, source);
            using var reader = new StringReader(text);
            stream.Load(reader);
        }
        catch (YamlException fault)
        {
            throw new ConfigurationException(new ConfigOrigin(source, (int)fault.Start.Line), $"this is not valid YAML: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's own checks of its state, for text that breaks off in unusual places.
            throw new ConfigurationException(new ConfigOrigin(source), "this is not valid YAML.", fault);
        }

        if (stream.Documents.Count > 1)
        {
            throw new ConfigurationException(new ConfigOrigin(source, (int)stream.Documents[1].RootNode.Start.Line), "a second document begins here (---); a configuration file must hold only one.");
        }

        return stream.Documents.Count == 0 ? new ConfigMap(new ConfigOrigin(source, 1)) : new YamlTree(source).Convert(stream.Documents[0].RootNode) switch
        {
            ConfigMap map => map,
            ConfigScalar { Value: null } => new ConfigMap(new ConfigOrigin(source, 1)),
            var other => throw new ConfigurationException(other.Origin, "a configuration file must hold names and values (name: value)."),
        };
    }

    private static void RequireDepth(string text, string source)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > Deepest)
            {
                throw new ConfigurationException(new ConfigOrigin(source, (int)parser.Current.Start.Line), $"values are nested more than {Deepest} deep.");
            }
        }
    }

    // As PyYAML: tabs stand in comments, in quotes and in the lines of a block only.
    private static void RequireSpaces(string text, string source)
    {
        if (text.Contains('\t', StringComparison.Ordinal) && FindTab(text) is >= 0 and var tab)
        {
            throw new ConfigurationException(new ConfigOrigin(source, 1 + text.AsSpan(0, tab).Count('\n')), "a tab stands between values; YAML separates and indents with spaces.");
        }
    }

    private static int FindTab(string text)
    {
        var (scanner, from) = (new Scanner(new StringReader(text), skipComments: false), 0);
        try
        {
            while (scanner.MoveNext() && scanner.Current is not Error)
            {
                if (scanner.Current is { } token and (Comment or Scalar { Style: not ScalarStyle.Plain }))
                {
                    var start = token is Scalar { Style: ScalarStyle.Literal or ScalarStyle.Folded } ? HeaderEnd(text, (int)token.Start.Index) : (int)token.Start.Index;
                    if (TabIn(text, from, start) is >= 0 and var tab)
                    {
                        return tab;
                    }

                    from = Math.Max(from, (int)token.End.Index);
                }
            }

            return TabIn(text, from, scanner.Current is Error error ? (int)error.Start.Index : text.Length);
        }
        catch (YamlException fault)
        {
            // A tab is the reason unless it stands in quotes that never end.
            return text.ElementAtOrDefault((int)fault.Start.Index) is '\'' or '"' ? -1 : TabIn(text, from, (int)scanner.CurrentPosition.Index + 1);
        }
    }

    private static int TabIn(string text, int from, int to) => from < to ? text.IndexOf('\t', from, Math.Min(to, text.Length) - from) : -1;

    /// <summary>Where the comment or the lines of a block begin.</summary>
    private static int HeaderEnd(string text, int start) => text.AsSpan(start).IndexOfAny('\n', '#') is >= 0 and var length ? start + length : text.Length;

    private ConfigNode Convert(YamlNode node)
    {
        var origin = new ConfigOrigin(_source, (int)node.Start.Line);
        if (++_nodes > MostNodes || !_open.Add(node))
        {
            throw new ConfigurationException(origin, _nodes > MostNodes ? $"with its aliases expanded, the file has more than {MostNodes} values." : "an alias refers to a value that contains it.");
        }

        ConfigNode result = node switch
        {
            YamlMappingNode mapping when IsPlain(mapping, "map") => Map(mapping, origin),
            YamlSequenceNode sequence when IsPlain(sequence, "seq") => new ConfigList([.. sequence.Children.Select(Convert)], origin),
            YamlScalarNode scalar => new ConfigScalar(Scalar(scalar, origin), origin),
            _ => throw new ConfigurationException(origin, $"the tag '{node.Tag}' is not known; a value, a list or a map is expected."),
        };
        _open.Remove(node);
        return result;
    }

    private static bool IsPlain(YamlNode node, string kind) => node.Tag.IsEmpty || node.Tag.IsNonSpecific || node.Tag.Value == Standard + kind;

    /// <summary>Values of merge keys come first, and a name's own value replaces them; of several merged maps the first wins.</summary>
    private ConfigMap Map(YamlMappingNode mapping, ConfigOrigin origin)
    {
        var map = new ConfigMap(origin);
        foreach (var source in mapping.Children.Where(pair => IsMerge(pair.Key)).SelectMany(pair => pair.Value is YamlSequenceNode list ? list.Children.Reverse() : [pair.Value]))
        {
            foreach (var (name, value) in source is YamlMappingNode ? ((ConfigMap)Convert(source)).Entries : throw new ConfigurationException(origin, "the merge key << needs a map or a list of maps."))
            {
                map.Entries[name] = value;
            }
        }

        foreach (var (key, value) in mapping.Children.Where(pair => !IsMerge(pair.Key)))
        {
            var name = (key as YamlScalarNode)?.Value ?? throw new ConfigurationException(origin, "a key must be plain text.");
            map.Entries[name] = Convert(value);
        }

        return map;
    }

    private static bool IsMerge(YamlNode key) => key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain or ScalarStyle.Any } && IsPlain(key, "merge");

    private static object? Scalar(YamlScalarNode scalar, ConfigOrigin origin)
    {
        var text = scalar.Value ?? "";
        if (scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific)
        {
            return scalar.Style is ScalarStyle.Plain or ScalarStyle.Any ? ScalarText.FromYaml(text) : text;
        }

        return (scalar.Tag.Value.Replace(Standard, "", StringComparison.Ordinal), ScalarText.FromYaml(text)) switch
        {
            ("str", _) => text,
            ("null", null) => null,
            ("bool", bool flag) => flag,
            ("int", long or System.Numerics.BigInteger) and var (_, whole) => whole,
            ("float", double or long) and var (_, number) => System.Convert.ToDouble(number, System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new ConfigurationException(origin, $"'{text}' with the tag '{scalar.Tag}' cannot be read; known are !!str, !!int, !!float, !!bool and !!null."),
        };
    }
}
