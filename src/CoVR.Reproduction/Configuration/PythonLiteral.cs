using System.Globalization;
using System.Text;

namespace CoVR.Reproduction.Configuration;

/// <summary>Values as Python prints them: <c>True</c>, <c>None</c>, <c>1e-05</c>, <c>0.0001</c>, <c>1.0</c>. Used for folder names of runs.</summary>
internal static class PythonLiteral
{
    /// <summary>The text of <c>str(value)</c>.</summary>
    public static string Of(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        double number => Of(number),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "None",
    };

    /// <summary>The shortest digits that round-trip; with an exponent below 1e-4 and from 1e16.</summary>
    public static string Of(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = value == 0 ? 0 : int.Parse(scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
        var digits = Digits(shortest);
        var sign = double.IsNegative(value) ? "-" : "";
        return sign + (exponent is < -4 or >= 16 ? Scientific(digits, exponent) : Plain(digits, exponent));
    }

    private static string Digits(string shortest)
    {
        var digits = new StringBuilder();
        foreach (var letter in shortest.TakeWhile(letter => letter is not 'E'))
        {
            if (char.IsAsciiDigit(letter))
            {
                digits.Append(letter);
            }
        }

        var text = digits.ToString().TrimStart('0').TrimEnd('0');
        return text.Length == 0 ? "0" : text;
    }

    private static string Scientific(string digits, int exponent)
    {
        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        var whole = digits.PadRight(exponent + 1, '0');
        var rest = whole[(exponent + 1)..];
        return $"{whole[..(exponent + 1)]}.{(rest.Length == 0 ? "0" : rest)}";
    }
}
