using System.Globalization;
using System.Numerics;

namespace CoVR.Reproduction.Configuration;

/// <summary>The casts of Hydra's overrides: <c>int(…)</c>, <c>float(…)</c>, <c>str(…)</c>, <c>bool(…)</c>; of a list or a map, of each value.</summary>
internal static class ArgumentCast
{
    private static readonly string[] Casts = ["int", "float", "str", "bool"];
    private static readonly string[] Sweeps = ["choice", "range", "interval", "glob", "sort", "shuffle", "tag"];

    /// <summary>Whether a text before an opening bracket is the name of a function.</summary>
    public static bool IsName(ReadOnlySpan<char> text) => text is [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_', ..] && text.IndexOfAnyExcept(Letters) < 0;

    private static System.Buffers.SearchValues<char> Letters { get; } = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    /// <summary>Requires a cast.</summary>
    /// <exception cref="ConfigurationException">It is another function.</exception>
    public static void RequireKnown(string name, ConfigOrigin origin)
    {
        if (!Casts.Contains(name))
        {
            throw new ConfigurationException(origin, Sweeps.Contains(name)
                ? $"'{name}(…)' is for sweeps. {HydraFlags.Sweeps}"
                : $"there is no function '{name}(…)'; there are {string.Join(", ", Casts)}. If it is text, quote it: name='\"{name}(…)\"'.");
        }
    }

    /// <summary>Casts a value.</summary>
    /// <exception cref="ConfigurationException">It has no such meaning.</exception>
    public static ConfigNode Apply(string name, ConfigNode node)
    {
        switch (node)
        {
            case ConfigList list:
                return new ConfigList(list.Items.Select(item => Apply(name, item)), list.Origin);
            case ConfigMap map:
                var cast = new ConfigMap(map.Origin);
                foreach (var (key, value) in map.Entries)
                {
                    cast.Entries[key] = Apply(name, value);
                }

                return cast;
            default:
                var scalar = ((ConfigScalar)node).Value;
                var result = name switch { "int" => Whole(scalar), "float" => Real(scalar), "bool" => Flag(scalar), _ => Text(scalar) };
                return result is null
                    ? throw new ConfigurationException(node.Origin, $"{name}(…) cannot be made from '{Text(scalar)}'.")
                    : new ConfigScalar(result, node.Origin);
        }
    }

    private static object? Whole(object? value) => value switch
    {
        bool flag => flag ? 1L : 0L,
        long or BigInteger => value,
        double number when double.IsFinite(number) => ScalarText.WholeOrNull(new BigInteger(number).ToString(CultureInfo.InvariantCulture)),
        string text => ScalarText.WholeOrNull(text.Trim()),
        _ => null,
    };

    private static object? Real(object? value) => value switch
    {
        bool flag => flag ? 1.0 : 0.0,
        long number => (double)number,
        BigInteger number => (double)number,
        double => value,
        string text => ScalarText.FromArgument(text.Trim()) is var typed and (long or BigInteger or double) ? Real(typed) : null,
        _ => null,
    };

    private static object? Flag(object? value) => value switch
    {
        bool => value,
        long number => number != 0,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        string text => text.ToLowerInvariant() switch { "true" => true, "false" => false, _ => null },
        _ => null,
    };

    private static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        _ => PythonLiteral.Of(value),
    };
}
