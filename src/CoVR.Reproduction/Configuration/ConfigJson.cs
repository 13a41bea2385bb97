using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CoVR.Reproduction.Configuration;

/// <summary>Writes trees as JSON as Python's <c>json.dump(…, indent=2)</c> does, numbers included.</summary>
internal static class ConfigJson
{
    /// <summary>The document of <c>hydra.json</c>.</summary>
    public static string Document(ConfigNode node) => Write(node, 0, true);

    /// <summary>A node on one line.</summary>
    public static string Line(ConfigNode node) => Write(node, 0, false);

    private static string Write(ConfigNode node, int depth, bool indented) => node switch
    {
        ConfigMap map => Block('{', '}', [.. map.Entries.Select(entry => $"{Quote(entry.Key)}: {Write(entry.Value, depth + 1, indented)}")], depth, indented),
        ConfigList list => Block('[', ']', [.. list.Items.Select(item => Write(item, depth + 1, indented))], depth, indented),
        ConfigScalar { Value: var value } => value switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            double number when double.IsNaN(number) => "NaN",
            double number when double.IsInfinity(number) => number > 0 ? "Infinity" : "-Infinity",
            string text => Quote(text),
            _ => PythonLiteral.Of(value),
        },
        _ => throw new InvalidOperationException($"A {node.GetType().Name} is not a configuration node."),
    };

    private static string Block(char open, char close, IReadOnlyList<string> items, int depth, bool indented)
    {
        if (items.Count == 0 || !indented)
        {
            return $"{open}{string.Join(", ", items)}{close}";
        }

        var text = new StringBuilder().Append(open);
        var margin = "\n" + new string(' ', 2 * depth);
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(margin).Append("  ").Append(items[i]);
        }

        return text.Append(margin).Append(close).ToString();
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
