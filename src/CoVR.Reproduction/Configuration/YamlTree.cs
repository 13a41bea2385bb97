using CoVR.Data;
using CoVR.Datasets.Annotations;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CoVR.Reproduction.Configuration;

/// <summary>Reads YAML text into a <see cref="ConfigNode"/> tree that remembers its lines.</summary>
internal static class YamlTree
{
    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or is no text.</exception>
    public static string ReadText(string file)
    {
        try
        {
            return StrictText.Read(file);
        }
        catch (DatasetFormatException fault)
        {
            throw new ConfigurationException(new ConfigOrigin(file, (int?)fault.Line), fault.Reason, fault);
        }
    }

    /// <summary>Reads one document; an empty one is an empty map.</summary>
    /// <exception cref="ConfigurationException">The text is not YAML, or is not a map.</exception>
    public static ConfigMap Read(string text, string source)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            stream.Load(reader);
        }
        catch (YamlException fault)
        {
            throw new ConfigurationException(new ConfigOrigin(source, (int)fault.Start.Line), $"this is not valid YAML: {fault.Message}", fault);
        }

        return stream.Documents.Count == 0 ? new ConfigMap(new ConfigOrigin(source, 1)) : Convert(stream.Documents[0].RootNode, source) switch
        {
            ConfigMap map => map,
            ConfigScalar { Value: null } => new ConfigMap(new ConfigOrigin(source, 1)),
            var other => throw new ConfigurationException(other.Origin, "a configuration file holds names and values (name: value)."),
        };
    }

    private static ConfigNode Convert(YamlNode node, string source)
    {
        var origin = new ConfigOrigin(source, (int)node.Start.Line);
        switch (node)
        {
            case YamlMappingNode mapping:
                var map = new ConfigMap(origin);
                foreach (var (key, value) in mapping.Children)
                {
                    var name = (key as YamlScalarNode)?.Value ?? throw new ConfigurationException(origin, "the name of a value has to be plain text.");
                    map.Entries[name] = Convert(value, source);
                }

                return map;
            case YamlSequenceNode sequence:
                return new ConfigList(sequence.Children.Select(child => Convert(child, source)), origin);
            case YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any } plain when plain.Tag.IsEmpty || plain.Tag.IsNonSpecific:
                return new ConfigScalar(ScalarText.FromYaml(plain.Value ?? ""), origin);
            case YamlScalarNode scalar:
                return new ConfigScalar(scalar.Value ?? "", origin);
            default:
                throw new ConfigurationException(origin, $"a {node.NodeType} cannot stand here.");
        }
    }
}
