namespace CoVR.Datasets.WebVidCoVR;

/// <summary>The rows of a split whose media are there, grouped into the items of an epoch.</summary>
internal sealed class WebVidCoVRTable
{
    private readonly Func<WebVidCoVRRow, string> _key;
    private readonly bool _byNumber;

    private WebVidCoVRTable(IReadOnlyList<WebVidCoVRRow> rows, MissingMedia missing, WebVidCoVRIteration iterate)
    {
        (Rows, Missing) = (rows, missing);
        _byNumber = iterate == WebVidCoVRIteration.Triplet;
        _key = iterate switch
        {
            WebVidCoVRIteration.Target => row => row.Target,
            WebVidCoVRIteration.TargetCaption => row => row.TargetCaption ?? "",
            _ => row => row.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        Items = [.. rows.GroupBy(_key, StringComparer.Ordinal).Select(group => new WebVidCoVRItem(group.Key, [.. group]))];
    }

    /// <summary>The kept rows in file order.</summary>
    public IReadOnlyList<WebVidCoVRRow> Rows { get; }

    /// <summary>What an epoch goes through, in the order of first appearance.</summary>
    public IReadOnlyList<WebVidCoVRItem> Items { get; }

    /// <summary>The identities whose rows were left out.</summary>
    public MissingMedia Missing { get; }

    /// <summary>
    /// The rows as the reference numbers its pairs: sorted by the iterated column, by code point. Where the file is not
    /// sorted, row i of this list is not item i, and the reference masks and reports the wrong pair (quirk 23).
    /// </summary>
    public IReadOnlyList<WebVidCoVRRow> ReferenceOrder =>
        _byNumber ? Rows : [.. Rows.OrderBy(_key, CodePointComparer.Instance)];

    /// <summary>Leaves out rows without media and groups the rest.</summary>
    /// <param name="rows">All rows of the file.</param>
    /// <param name="iterate">What an item is.</param>
    /// <param name="hasReference">Whether the media of a <c>pth1</c> are there.</param>
    /// <param name="hasTarget">Whether the media or embedding of a <c>pth2</c> are there.</param>
    public static WebVidCoVRTable Build(
        IReadOnlyList<WebVidCoVRRow> rows, WebVidCoVRIteration iterate, Func<string, bool> hasReference, Func<string, bool> hasTarget)
    {
        var references = Absent(rows.Select(row => row.Reference), hasReference);
        var targets = Absent(rows.Select(row => row.Target), hasTarget);
        var kept = rows.Where(row => !references.Absent.Contains(row.Reference) && !targets.Absent.Contains(row.Target)).ToArray();
        var missing = new MissingMedia(Sorted(references.Absent), Sorted(targets.Absent), references.Count, targets.Count);
        return new WebVidCoVRTable(kept, missing, iterate);
    }

    private static (HashSet<string> Absent, int Count) Absent(IEnumerable<string> ids, Func<string, bool> exists)
    {
        var unique = ids.ToHashSet(StringComparer.Ordinal);
        var absent = unique.Where(id => !exists(id)).ToHashSet(StringComparer.Ordinal);
        return (absent, unique.Count);
    }

    private static string[] Sorted(IEnumerable<string> ids) => [.. ids.Order(CodePointComparer.Instance)];
}

/// <summary>One item of an epoch.</summary>
/// <param name="Key">The value of the iterated column.</param>
/// <param name="Rows">At least one row, of which training draws one.</param>
internal sealed record WebVidCoVRItem(string Key, IReadOnlyList<WebVidCoVRRow> Rows);

/// <summary>The identities of a split that have no media, each once, sorted by code point.</summary>
/// <param name="References">Of <c>pth1</c>.</param>
/// <param name="Targets">Of <c>pth2</c>.</param>
/// <param name="ReferenceCount">How many different references the file names.</param>
/// <param name="TargetCount">How many different targets the file names.</param>
internal sealed record MissingMedia(IReadOnlyList<string> References, IReadOnlyList<string> Targets, int ReferenceCount, int TargetCount)
{
    /// <summary>Whether anything is missing.</summary>
    public bool Any => References.Count + Targets.Count > 0;

    /// <summary>One sentence with counts and the first few names.</summary>
    public string Describe()
    {
        return string.Join("; ", new[] { Part("pth1", References, ReferenceCount), Part("pth2", Targets, TargetCount) }.Where(part => part.Length > 0));

        static string Part(string column, IReadOnlyList<string> ids, int count) => ids.Count == 0
            ? ""
            : FormattableString.Invariant($"missing {ids.Count} of {count} {column} ({100.0 * ids.Count / count:F1} %): {string.Join(", ", ids.Take(5))}{(ids.Count > 5 ? ", …" : "")}");
    }
}
