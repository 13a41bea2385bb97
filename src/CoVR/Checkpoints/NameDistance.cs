namespace CoVR.Checkpoints;

/// <summary>Levenshtein distance: how many letters must be inserted, removed or changed to turn one name into another.</summary>
public static class NameDistance
{
    /// <summary>The most similar names, nearest first, ignoring case; names that are too different are left out.</summary>
    /// <param name="name">The unknown name.</param>
    /// <param name="names">The known names.</param>
    /// <param name="count">How many at most; at least 1.</param>
    /// <returns>At most <paramref name="count"/> of <paramref name="names"/>; empty if none is similar.</returns>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> names, int count = 3) =>
        [.. names
            .Select(candidate => (candidate, distance: Between(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(pair => pair.distance <= Math.Max(2, pair.candidate.Length / 2) || pair.candidate.Contains(name, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate)
            .Take(count)];

    private static int Between(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (var i = 0; i < left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < right.Length; j++)
            {
                var changed = diagonal + (left[i] == right[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(changed, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[^1];
    }
}
