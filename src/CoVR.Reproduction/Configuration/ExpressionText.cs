namespace CoVR.Reproduction.Configuration;

/// <summary>Splits a text with <c>${…}</c> into its parts.</summary>
internal static class ExpressionText
{
    /// <summary>The pieces in order: plain text, or the inside of a reference (which may hold references itself).</summary>
    /// <exception cref="FormatException">A brace is not closed.</exception>
    public static IReadOnlyList<(string Text, bool IsReference)> Pieces(string text)
    {
        List<(string, bool)> pieces = [];
        var start = 0;
        while (text.IndexOf("${", start, StringComparison.Ordinal) is var open and >= 0)
        {
            if (open > start)
            {
                pieces.Add((text[start..open], false));
            }

            var close = Close(text, open + 2);
            pieces.Add((text[(open + 2)..close], true));
            start = close + 1;
        }

        if (start < text.Length)
        {
            pieces.Add((text[start..], false));
        }

        return pieces;
    }

    private static int Close(string text, int at)
    {
        for (var depth = 1; at < text.Length; at++)
        {
            depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at;
            }
        }

        throw new FormatException($"'}}' is missing in '{text}'.");
    }
}
