using System.Globalization;
using System.Text.RegularExpressions;

namespace CoVR.Reproduction.Configuration;

/// <summary>The type of an unquoted value, by the rules that OmegaConf lays over YAML 1.1 (its <c>1e-4</c> is a number).</summary>
internal static partial class ScalarText
{
    /// <summary>Reads an unquoted value of a YAML file.</summary>
    public static object? FromYaml(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        ".inf" or ".Inf" or ".INF" or "+.inf" => double.PositiveInfinity,
        "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
        ".nan" or ".NaN" or ".NAN" => double.NaN,
        _ => Number(text) ?? text,
    };

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

    private static object? Number(string text) =>
        Hexadecimal().IsMatch(text) && long.TryParse(text.Replace("_", "", StringComparison.Ordinal).AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal)
            ? hexadecimal
            : Decimals(text);

    private static object? Decimals(string text)
    {
        var bare = text.Replace("_", "", StringComparison.Ordinal);
        if (Decimal().IsMatch(text) && long.TryParse(bare, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        return Real().IsMatch(text) ? double.Parse(bare, NumberStyles.Float, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9_]*)$")]
    private static partial Regex Decimal();

    [GeneratedRegex("^0x[0-9a-fA-F_]+$")]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"^[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?)$")]
    private static partial Regex Real();
}
