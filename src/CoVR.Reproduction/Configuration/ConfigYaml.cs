using System.Globalization;
using System.Text;

namespace CoVR.Reproduction.Configuration;

/// <summary>Writes trees as YAML that reads back as the same tree.</summary>
internal static class ConfigYaml
{
    /// <summary>The document.</summary>
    public static string Document(ConfigMap map)
    {
        var text = new StringBuilder();
        Write(text, map, 0);
        return text.ToString();
    }

    /// <summary>A value in YAML: text that could be read as another type is quoted.</summary>
    public static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number when double.IsNaN(number) => ".nan",
        double number when double.IsInfinity(number) => number > 0 ? ".inf" : "-.inf",
        double number when PythonLiteral.Of(number) is var digits => digits.Contains('.', StringComparison.Ordinal) ? digits : digits.Replace("e", ".0e", StringComparison.Ordinal),
        string text when NeedsQuotes(text) => Quote(text),
        _ => PythonLiteral.Of(value),
    };

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '"' or '\\' => quoted.Append('\\').Append(letter),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                _ when IsSpecial(letter) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append('"').ToString();
    }

    private static string Flow(ConfigNode node) => node switch
    {
        ConfigMap map => $"{{{string.Join(", ", map.Entries.Select(entry => $"{Quote(entry.Key)}: {Flow(entry.Value)}"))}}}",
        ConfigList list => $"[{string.Join(", ", list.Items.Select(Flow))}]",
        _ => ((ConfigScalar)node).Value is string text ? Quote(text) : Scalar(((ConfigScalar)node).Value),
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
                default:
                    text.Append(' ').Append(node is ConfigScalar scalar ? Scalar(scalar.Value) : Flow(node)).Append('\n');
                    break;
            }
        }
    }

    private static bool IsSpecial(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029' or '\uFEFF';

    private static bool NeedsQuotes(string text) =>
        text.Length == 0
        || ScalarText.HasMeaning(text)
        || text.Trim() != text
        || "!&*?|>@`\"'%#-[]{},:".Contains(text[0], StringComparison.Ordinal)
        || text.Any(letter => letter == '\\' || IsSpecial(letter))
        || text.Contains(": ", StringComparison.Ordinal)
        || text.Contains(" #", StringComparison.Ordinal)
        || text.EndsWith(':');
}
