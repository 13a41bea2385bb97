namespace CoVR.Datasets.Annotations;

/// <summary>The distinct identities of one field without media, sorted by code point.</summary>
/// <param name="Field">The column or key.</param>
/// <param name="Ids">The identities.</param>
/// <param name="Total">How many distinct identities the field has.</param>
internal sealed record MissingMedia(string Field, IReadOnlyList<string> Ids, int Total)
{
    /// <summary>Looks every identity up once.</summary>
    public static MissingMedia Find(string field, IEnumerable<string> ids, Func<string, bool> exists)
    {
        var unique = ids.ToHashSet(StringComparer.Ordinal);
        return new MissingMedia(field, [.. unique.Where(id => !exists(id)).Order(CodePointComparer.Instance)], unique.Count);
    }

    /// <summary>One sentence with counts and the first few names; empty if nothing is missing.</summary>
    public string Describe() => Ids.Count == 0
        ? ""
        : FormattableString.Invariant($"missing {Ids.Count} of {Total} {Field} ({100.0 * Ids.Count / Total:F1} %): {string.Join(", ", Ids.Take(5))}{(Ids.Count > 5 ? ", …" : "")}");
}
