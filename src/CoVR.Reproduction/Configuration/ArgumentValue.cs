using System.Text;

namespace CoVR.Reproduction.Configuration;

/// <summary>
/// Reads the value of an override: numbers, <c>true</c>, <c>null</c>, words, "quoted" text, <c>[lists]</c>, <c>{maps: 1}</c>, <c>${references}</c>
/// and casts such as <c>int(3.7)</c> (the grammar of Hydra's overrides without its sweeps).
/// </summary>
internal ref struct ArgumentValue
{
    private readonly string _text;
    private readonly ConfigOrigin _origin;
    private int _at;

    private ArgumentValue(string text, ConfigOrigin origin)
    {
        _text = text;
        _origin = origin;
    }

    /// <summary>Reads a value.</summary>
    /// <exception cref="ConfigurationException">A bracket or a quote is not closed, or several values are given.</exception>
    public static ConfigNode Parse(string text, ConfigOrigin origin)
    {
        var reader = new ArgumentValue(text, origin);
        var node = reader.Value("");
        reader.SkipBlanks();
        return reader._at == text.Length
            ? node
            : throw new ConfigurationException(origin, $"unexpected '{text[reader._at..]}'. {(text[reader._at] == ',' ? $"These are several values. {HydraFlags.Sweeps} " : "")}One value is expected; quote text that holds commas, brackets or quotes: name='\"a, b\"'.");
    }

    private ConfigNode Value(string ends)
    {
        SkipBlanks();
        return _at == _text.Length ? new ConfigScalar("", _origin) : _text[_at] switch
        {
            '[' => List(),
            '{' => Map(),
            '"' or '\'' => new ConfigScalar(Quoted(), _origin),
            _ => Plain(ends),
        };
    }

    private ConfigList List()
    {
        List<ConfigNode> items = [];
        _at++;
        while (!Close(']'))
        {
            items.Add(Value(",]"));
            Separate(']');
        }

        return new ConfigList(items, _origin);
    }

    private ConfigMap Map()
    {
        var map = new ConfigMap(_origin);
        _at++;
        while (!Close('}'))
        {
            var colon = _text.IndexOf(':', _at);
            if (colon < 0)
            {
                throw new ConfigurationException(_origin, "write a map as {name: value, name: value}.");
            }

            var name = _text[_at..colon].Trim().Trim('"', '\'');
            _at = colon + 1;
            map.Entries[name] = Value(",}");
            Separate('}');
        }

        return map;
    }

    private bool Close(char bracket)
    {
        SkipBlanks();
        if (_at == _text.Length)
        {
            throw new ConfigurationException(_origin, $"'{bracket}' is missing.");
        }

        if (_text[_at] != bracket)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Separate(char bracket)
    {
        SkipBlanks();
        if (_at < _text.Length && _text[_at] == ',')
        {
            _at++;
        }
        else if (_at == _text.Length || _text[_at] != bracket)
        {
            throw new ConfigurationException(_origin, $"',' or '{bracket}' is missing.");
        }
    }

    /// <summary>Within quotes a backslash is itself, unless it and others like it stand before a quote.</summary>
    private string Quoted()
    {
        var quote = _text[_at++];
        var value = new StringBuilder();
        while (_at < _text.Length)
        {
            var slashes = _text.AsSpan(_at).IndexOfAnyExcept('\\') is >= 0 and var count ? count : _text.Length - _at;
            _at += slashes;
            if (_at == _text.Length || _text[_at] != quote)
            {
                value.Append('\\', slashes).Append(_text.AsSpan(_at, Math.Min(1, _text.Length - _at)));
                _at++;
                continue;
            }

            _at++;
            value.Append('\\', slashes / 2);
            if (slashes % 2 == 0)
            {
                return value.ToString();
            }

            value.Append(quote);
        }

        throw new ConfigurationException(_origin, $"the closing {quote} is missing.");
    }

    private ConfigNode Plain(string ends)
    {
        var value = new StringBuilder();
        var (start, depth, filled, isText) = (_at, 0, 0, false);
        for (; _at < _text.Length; _at++)
        {
            var letter = _text[_at];
            if (depth == 0 && (ends.Contains(letter, StringComparison.Ordinal) || (ends.Length == 0 && letter == ',')))
            {
                break;
            }

            if (depth == 0 && letter == '(' && ArgumentCast.IsName(_text.AsSpan(start, _at - start)))
            {
                return Function(_text[start.._at]);
            }

            depth += letter == '{' && value is [.., '$'] ? 1 : letter == '}' && depth > 0 ? -1 : 0;
            var escaped = letter == '\\' && _at + 1 < _text.Length && "\\,()[]{}:= \t".Contains(_text[_at + 1], StringComparison.Ordinal);
            value.Append(escaped ? _text[++_at] : letter);
            isText |= escaped;
            filled = escaped || !char.IsWhiteSpace(letter) ? value.Length : filled;
        }

        var text = value.ToString(0, filled);
        return new ConfigScalar(isText ? text : ScalarText.FromArgument(text), _origin);
    }

    private ConfigNode Function(string name)
    {
        _at++;
        ArgumentCast.RequireKnown(name, _origin);
        var value = Value(",)");
        return Close(')') ? ArgumentCast.Apply(name, value) : throw new ConfigurationException(_origin, $"{name}(…) takes one value, and ends with ')'.");
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }
}
