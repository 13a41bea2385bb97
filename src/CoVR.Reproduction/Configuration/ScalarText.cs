using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace CoVR.Reproduction.Configuration;

/// <summary>The type of an unquoted value, by the rules that OmegaConf lays over PyYAML's of YAML 1.1: <c>1e-4</c> is a number, <c>2024-01-02</c> a text.</summary>
internal static partial class ScalarText
{
    /// <summary>Reads an unquoted value of a YAML file.</summary>
    public static object? FromYaml(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
        "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
        ".nan" or ".NaN" or ".NAN" => double.NaN,
        _ when YamlInteger().IsMatch(text) => Integer(text),
        _ when YamlReal().IsMatch(text) => Real(text) ?? text,
        _ => text,
    };

    /// <summary>Whether YAML 1.1 has another meaning for an unquoted text than the text: its meaning here, a date, a merge key, the default value.</summary>
    public static bool HasMeaning(string text) => FromYaml(text) is not string || text is "<<" or "=" || Date().IsMatch(text);

    /// <summary>Reads an unquoted value of the command line: there <c>yes</c>, <c>on</c> and <c>0x10</c> are words, and <c>inf</c> and <c>nan</c> numbers.</summary>
    public static object? FromArgument(string text) => text.ToLowerInvariant() switch
    {
        "null" => null,
        "true" => true,
        "false" => false,
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" => double.NaN,
        _ => Decimals(text) ?? text,
    };

    /// <summary>Reads a whole number of plain decimals, as Python's <c>int</c> does; null for everything else.</summary>
    public static object? WholeOrNull(string text) => Decimal().IsMatch(text) ? Integer(text) : null;

    private static object? Decimals(string text) => WholeOrNull(text) ?? (ArgumentReal().IsMatch(text) ? Real(text) : null);

    private static object Integer(string text)
    {
        var bare = text.Replace("_", "", StringComparison.Ordinal).TrimStart('+', '-');
        var value = bare switch
        {
            ['0', 'b', .. var digits] => Digits(digits, 2),
            ['0', 'x', .. var digits] => Digits(digits, 16),
            ['0', .. var digits] => Digits(digits, 8),
            _ => bare.Split(':').Aggregate(BigInteger.Zero, (sum, part) => (sum * 60) + Digits(part, 10)),
        };
        value = text[0] == '-' ? -value : value;
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private static BigInteger Digits(string digits, int radix) =>
        digits.Aggregate(BigInteger.Zero, (sum, digit) => (sum * radix) + Convert.ToInt32(digit.ToString(), 16));

    private static object? Real(string text)
    {
        var (sum, scale) = (0.0, 1.0);
        foreach (var part in text.Replace("_", "", StringComparison.Ordinal).TrimStart('+', '-').Split(':').Reverse())
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            sum += number * scale;
            scale *= 60;
        }

        return text[0] == '-' ? -sum : sum;
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9_]*)\z")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?)\z")]
    private static partial Regex ArgumentReal();

    // PyYAML's pattern of whole numbers, and OmegaConf's of others.
    [GeneratedRegex(@"^[-+]?(0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)\z")]
    private static partial Regex YamlInteger();

    [GeneratedRegex(@"^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+([eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*)\z")]
    private static partial Regex YamlReal();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")]
    private static partial Regex Date();
}
