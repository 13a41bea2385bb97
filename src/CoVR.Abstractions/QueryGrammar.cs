using System.Globalization;
using System.Text;

namespace CoVR;

/// <summary>Reads and writes queries as text: <c>photos/a.jpg + "at night" - "cars"^0.5 ; "and larger"</c>.</summary>
internal sealed class QueryGrammar(string text, Func<string, QueryPart?> find)
{
    private const string Signs = "+-=";
    private int _at;

    public ComposedQuery Parse()
    {
        ComposedQuery? query = null;
        do
        {
            var start = _at;
            query = At(start, () => new ComposedQuery(ParseTurn(), query));
        }
        while (Take(';'));
        return query;
    }

    public static string Write(ComposedQuery query) => string.Join(" ; ", query.Turns.Select(turn => string.Join(' ', turn.Parts.Select((part, i) => Write(part, isFirst: i == 0)))));

    private static string Write(QueryPart part, bool isFirst)
    {
        var sign = part.Role switch { QueryRole.Unwanted => "- ", QueryRole.Kept => "= ", _ => isFirst ? "" : "+ " };
        var value = part.Text is { } words ? Quote(words, '"')
            : part.Item is { } item ? Name(item.Value)
            : Name(part.Media!.Path ?? part.Media.DisplayName) + SpanOf(part.Media);
        return sign + value + (part.Weight == 1 ? "" : FormattableString.Invariant($"^{part.Weight:R}"));
    }

    private static string SpanOf(MediaSource media) =>
        media.Start is { } start ? FormattableString.Invariant($"@{start.TotalSeconds:R}-{media.End!.Value.TotalSeconds:R}") : "";

    private static string Name(string name) => name.Length > 0 && name.All(IsPlain) && !Signs.Contains(name[0]) ? name : Quote(name, '\'');

    private static string Quote(string value, char quote) =>
        $"{quote}{value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace($"{quote}", $@"\{quote}", StringComparison.Ordinal)}{quote}";

    private static bool IsPlain(char letter) => !char.IsWhiteSpace(letter) && !"\"'^@;\\".Contains(letter, StringComparison.Ordinal);

    private List<QueryPart> ParseTurn()
    {
        List<QueryPart> parts = [];
        while (!IsEnd && text[_at] != ';')
        {
            var sign = Signs.Contains(text[_at]) ? text[_at++] : parts.Count == 0 ? '+' : throw Fault(_at, "expected +, - or = before the next part");
            SkipSpace();
            parts.Add(ParsePart(sign switch { '-' => QueryRole.Unwanted, '=' => QueryRole.Kept, _ => QueryRole.Wanted }));
        }

        return parts.Count > 0 ? parts : throw Fault(_at, "expected a picture, a video or a text in double quotes");
    }

    private QueryPart ParsePart(QueryRole role)
    {
        var start = _at;
        var part = _at >= text.Length || text[_at] == ';' ? throw Fault(_at, "expected a picture, a video or a text in double quotes")
            : text[_at] == '"' ? At(start, () => QueryPart.OfText(ParseQuoted('"')))
            : ParseNamed(start);
        var weight = Take('^') ? (float)ParseNumber() : 1;
        return _at >= text.Length || char.IsWhiteSpace(text[_at]) || text[_at] == ';'
            ? part with { Role = role, Weight = weight }
            : throw Fault(_at, "expected a space");
    }

    private QueryPart ParseNamed(int start)
    {
        var name = text[_at] == '\'' ? ParseQuoted('\'') : ParsePlain();
        var part = At(start, () => find(name)) ?? throw Fault(start, $"there is no picture, video or item '{name}'; a text stands in double quotes");
        if (!Take('@'))
        {
            return part;
        }

        var (from, isRange) = (ParseNumber(), Take('-'));
        var to = isRange ? ParseNumber() : throw Fault(_at, "expected a span in seconds, such as @3-7.5");
        return part.Media is { } media && to >= from
            ? QueryPart.OfMedia(media.Between(Time(from), Time(to)))
            : throw Fault(start, part.Media is null ? "only a file has a span" : "the span ends before it begins");
    }

    private string ParsePlain()
    {
        var start = _at;
        while (_at < text.Length && IsPlain(text[_at]))
        {
            _at++;
        }

        return _at > start ? text[start.._at] : throw Fault(_at, $"'{text[_at]}' cannot stand here");
    }

    private string ParseQuoted(char quote)
    {
        var (start, value) = (_at++, new StringBuilder());
        for (; _at < text.Length && text[_at] != quote; _at++)
        {
            _at += text[_at] == '\\' && _at + 1 < text.Length ? 1 : 0;
            value.Append(text[_at]);
        }

        return Take(quote) ? value.ToString() : throw Fault(start, $"the quote {quote} is not closed");
    }

    private double ParseNumber()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || ".eE".Contains(text[_at], StringComparison.Ordinal) || (text[_at] is '-' or '+' && _at > start && text[_at - 1] is 'e' or 'E')))
        {
            _at++;
        }

        return double.TryParse(text.AsSpan(start, _at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e9
            ? number
            : throw Fault(start, "expected a number such as 0.5");
    }

    private static TimeSpan Time(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));

    private bool IsEnd
    {
        get
        {
            SkipSpace();
            return _at >= text.Length;
        }
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }

    private bool Take(char letter)
    {
        var found = _at < text.Length && text[_at] == letter;
        _at += found ? 1 : 0;
        return found;
    }

    /// <summary>Says where a fault of the query lies.</summary>
    private T At<T>(int start, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (QueryException fault) when (fault.Position is null)
        {
            throw Fault(start, $"{fault.Part}: {fault.Reason.TrimEnd('.')}");
        }
    }

    private QueryException Fault(int at, string what)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        var line = text.Replace('\n', ' ').Replace('\r', ' ');
        return new QueryException("query", $"{what}, at character {at + 1}:\n  {line}\n  {new string(' ', at)}^") { Position = at };
    }
}
