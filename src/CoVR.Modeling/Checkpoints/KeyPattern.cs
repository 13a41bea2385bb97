namespace CoVR.Modeling.Checkpoints;

/// <summary>Compares keys with patterns in which <c>*</c> matches any number of characters.</summary>
internal static class KeyPattern
{
    /// <summary>Whether any pattern matches a key.</summary>
    public static bool MatchesAny(IReadOnlyList<string> patterns, string key) => patterns.Any(pattern => Matches(pattern, key));

    /// <summary>Whether a pattern matches a key.</summary>
    public static bool Matches(string pattern, string key)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return pattern == key;
        }

        if (key.Length < parts[0].Length + parts[^1].Length
            || !key.StartsWith(parts[0], StringComparison.Ordinal)
            || !key.EndsWith(parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        var (at, end) = (parts[0].Length, key.Length - parts[^1].Length);
        foreach (var part in parts[1..^1])
        {
            var found = key.AsSpan(at, end - at).IndexOf(part, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at += found + part.Length;
        }

        return true;
    }
}
