using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CoVR.Cli.Hosting;

namespace CoVR.Cli.Commands.Train;

/// <summary>One combination of a sweep.</summary>
/// <param name="Overrides">All overrides, each with one value.</param>
/// <param name="Swept">Those of them that differ between combinations.</param>
internal sealed record SweepCombination(IReadOnlyList<string> Overrides, IReadOnlyList<string> Swept)
{
    private const int LongestName = 120;

    /// <summary>What is swept but the seed, for the table; combinations that agree in it are repetitions.</summary>
    public string Configuration => string.Join(' ', Swept.Where(one => !one.StartsWith("seed=", StringComparison.Ordinal)));

    /// <summary>The name of its folder.</summary>
    public string FolderName
    {
        get
        {
            var name = string.Join(',', Swept);
            var safe = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || "=,.+-_".Contains(letter, StringComparison.Ordinal) ? letter : '_'));
            return safe == name && name.Length <= LongestName ? name : $"{safe[..Math.Min(safe.Length, LongestName)]}-{System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
        }
    }
}

/// <summary>Reads the overrides of a sweep as Hydra does: <c>a=1,2</c>, <c>a=choice(1,2)</c> and <c>a=range(1,4)</c>.</summary>
internal static class SweepGrid
{
    private const int Most = 10_000;

    /// <summary>Every combination, the last override changing fastest.</summary>
    /// <exception cref="CommandException">No override has several values, or a range has no end.</exception>
    public static IReadOnlyList<SweepCombination> Of(IReadOnlyList<string> overrides)
    {
        string[][] values = [.. overrides.Select(Values)];
        if (values.All(several => several.Length == 1))
        {
            throw new CommandException("-m runs combinations, but no override has several values: covr train -m seed=1,2,3.");
        }

        if (values.Aggregate(1.0, (product, several) => product * several.Length) is > Most and var count)
        {
            throw new CommandException(FormattableString.Invariant($"-m would run {count:N0} combinations; the limit is {Most:N0}."));
        }

        IEnumerable<IReadOnlyList<string>> combinations = [[]];
        combinations = values.Aggregate(combinations, (some, several) => some.SelectMany(one => several.Select(value => (IReadOnlyList<string>)[.. one, value])));
        return [.. combinations.Select(one => new SweepCombination(one, [.. one.Where((_, i) => values[i].Length > 1)]))];
    }

    private static string[] Values(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return [argument];
        }

        var (key, text) = (argument[..equals], argument[(equals + 1)..].Trim());
        string[] values = Inside(text, "choice") is { } chosen ? Split(chosen) : Inside(text, "range") is { } range ? Range(argument, Split(range)) : Split(text);
        return values.Length > 1 ? [.. values.Distinct().Select(value => $"{key}={value}")] : [$"{key}={values[0]}"];
    }

    private static string? Inside(string text, string function) =>
        text.StartsWith(function + "(", StringComparison.Ordinal) && text.EndsWith(')') ? text[(function.Length + 1)..^1] : null;

    private static string[] Range(string argument, string[] bounds)
    {
        var numbers = bounds.Select(bound => decimal.TryParse(bound, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? (decimal?)number : null).ToArray();
        var (start, stop, step) = numbers switch
        {
            [{ } end] => (0, end, 1),
            [{ } from, { } end] => (from, end, 1),
            [{ } from, { } end, { } by] => (from, end, by),
            _ => (0, 0, 0m),
        };
        if (step == 0 || (stop - start) / step is <= 0 or > Most)
        {
            throw new CommandException($"{argument} is not a range: write range(start,stop) or range(start,stop,step), where stop is not part of it and is reached within {Most} steps.");
        }

        return [.. Enumerable.Range(0, (int)Math.Ceiling((stop - start) / step)).Select(i => (start + (i * step)).ToString(CultureInfo.InvariantCulture))];
    }

    // At commas outside of quotes and brackets.
    private static string[] Split(string text)
    {
        List<string> values = [];
        var (start, depth, quote) = (0, 0, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            quote = quote != '\0' ? (letter == quote ? '\0' : quote) : letter is '"' or '\'' ? letter : quote;
            depth += quote != '\0' ? 0 : letter is '(' or '[' or '{' ? 1 : letter is ')' or ']' or '}' ? -1 : 0;
            if (letter == ',' && depth == 0 && quote == '\0' && (i == 0 || text[i - 1] != '\\'))
            {
                values.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        return [.. values, text[start..].Trim()];
    }
}
