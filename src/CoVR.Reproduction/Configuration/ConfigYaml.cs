using System.Text;

namespace CoVR.Reproduction.Configuration;

/// <summary>Writes trees as YAML that gives the same tree when it is read.</summary>
internal static class ConfigYaml
{
    /// <summary>The document.</summary>
    public static string Document(ConfigMap map)
    {
        var text = new StringBuilder();
        Write(text, map, 0);
        return text.ToString();
    }

    /// <summary>A value as it stands in YAML: text that could be read as something else is quoted.</summary>
    public static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number when double.IsNaN(number) => ".nan",
        double number when double.IsInfinity(number) => number > 0 ? ".inf" : "-.inf",
        string text when NeedsQuotes(text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"",
        _ => PythonLiteral.Of(value),
    };

    private static void Write(StringBuilder text, ConfigMap map, int depth)
    {
        foreach (var (name, node) in map.Entries)
        {
            text.Append(' ', 2 * depth).Append(Scalar(name)).Append(':');
            switch (node)
            {
                case ConfigMap { Entries.Count: > 0 } inner:
                    text.Append('\n');
                    Write(text, inner, depth + 1);
                    break;
                case ConfigScalar scalar:
                    text.Append(' ').Append(Scalar(scalar.Value)).Append('\n');
                    break;
                default:
                    text.Append(' ').Append(ConfigJson.Line(node)).Append('\n');
                    break;
            }
        }
    }

    private static bool NeedsQuotes(string text) =>
        text.Length == 0
        || ScalarText.FromYaml(text) is not string
        || text.Trim() != text
        || "!&*?|>@`\"'%#-[]{},:".Contains(text[0], StringComparison.Ordinal)
        || text.AsSpan().IndexOfAny('\n', '\t', '\\') >= 0
        || text.Contains(": ", StringComparison.Ordinal)
        || text.Contains(" #", StringComparison.Ordinal)
        || text.EndsWith(':');
}
