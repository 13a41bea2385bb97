using CoVR.Data;
using CoVR.Datasets.Annotations;
using YamlDotNet.Core;
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
    /// <exception cref="ConfigurationException">The file cannot be read, or is no text.</exception>
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
            RequireDepth(text, source);
            using var reader = new StringReader(text);
            stream.Load(reader);
        }
        catch (YamlException fault)
        {
            throw new ConfigurationException(new ConfigOrigin(source, (int)fault.Start.Line), $"this is not valid YAML: {fault.Message}", fault);
        }

        if (stream.Documents.Count > 1)
        {
            throw new ConfigurationException(new ConfigOrigin(source, (int)stream.Documents[1].RootNode.Start.Line), "a second document begins here (---); a configuration file holds one.");
        }

        return stream.Documents.Count == 0 ? new ConfigMap(new ConfigOrigin(source, 1)) : new YamlTree(source).Convert(stream.Documents[0].RootNode) switch
        {
            ConfigMap map => map,
            ConfigScalar { Value: null } => new ConfigMap(new ConfigOrigin(source, 1)),
            var other => throw new ConfigurationException(other.Origin, "a configuration file holds names and values (name: value)."),
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

    private ConfigNode Convert(YamlNode node)
    {
        var origin = new ConfigOrigin(_source, (int)node.Start.Line);
        if (++_nodes > MostNodes || !_open.Add(node))
        {
            throw new ConfigurationException(origin, _nodes > MostNodes ? $"with its aliases the file has more than {MostNodes} values." : "an alias refers to what it stands in.");
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
            foreach (var (name, value) in source is YamlMappingNode ? ((ConfigMap)Convert(source)).Entries : throw new ConfigurationException(origin, "the merge key << takes a map or a list of maps."))
            {
                map.Entries[name] = value;
            }
        }

        foreach (var (key, value) in mapping.Children.Where(pair => !IsMerge(pair.Key)))
        {
            var name = (key as YamlScalarNode)?.Value ?? throw new ConfigurationException(origin, "the name of a value has to be plain text.");
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
