using CoVR.Datasets.Annotations;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>The rows of a split with available media, and the items of an epoch.</summary>
internal sealed class WebVidCoVRTable
{
    private readonly Func<WebVidCoVRRow, string> _key;
    private readonly Func<int, int>? _group;
    private readonly WebVidCoVROptions.Iteration _iterate;

    private WebVidCoVRTable(WebVidCoVRRows rows, MissingMedia references, MissingMedia targets, WebVidCoVROptions.Iteration iterate)
    {
        (Rows, MissingReferences, MissingTargets, _iterate) = (rows, references, targets, iterate);
        _group = iterate switch
        {
            WebVidCoVROptions.Iteration.Target => rows.TargetNumber,
            WebVidCoVROptions.Iteration.TargetCaption => rows.TargetCaptionNumber,
            _ => null,
        };
        _key = iterate switch
        {
            WebVidCoVROptions.Iteration.Target => row => row.Target,
            WebVidCoVROptions.Iteration.TargetCaption => row => row.TargetCaption ?? "",
            _ => row => row.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The kept rows in file order.</summary>
    public WebVidCoVRRows Rows { get; }

    /// <summary>The items of an epoch, in the order of first appearance.</summary>
    public IReadOnlyList<WebVidCoVRItem> Items =>
    [
        .. Enumerable.Range(0, Rows.Count).GroupBy(_group ?? (index => index))
            .Select(group => new WebVidCoVRItem(_key(Rows[group.First()]), [.. group.Select(index => Rows[index])])),
    ];

    /// <summary>How many items there are.</summary>
    public int ItemCount => _iterate switch
    {
        WebVidCoVROptions.Iteration.Target => Rows.TargetCount,
        WebVidCoVROptions.Iteration.TargetCaption => Enumerable.Range(0, Rows.Count).Select(Rows.TargetCaptionNumber).ToHashSet().Count,
        _ => Rows.Count,
    };

    /// <summary>The references whose rows were left out.</summary>
    public MissingMedia MissingReferences { get; }

    /// <summary>The targets whose rows were left out.</summary>
    public MissingMedia MissingTargets { get; }

    /// <summary>
    /// The rows as the reference numbers its pairs: sorted by the iterated column, by code point. Where the file is not
    /// sorted, row i of this list is not item i, and the reference masks and reports the wrong pair (quirk 23).
    /// </summary>
    public IReadOnlyList<WebVidCoVRRow> ReferenceOrder => _group is null ? Rows : [.. Rows.OrderBy(_key, CodePointComparer.Instance)];

    /// <summary>Leaves out rows without media.</summary>
    /// <param name="rows">All rows of the file.</param>
    /// <param name="iterate">What an item is.</param>
    /// <param name="hasReference">Whether the media of a <c>pth1</c> exist; null to keep every row.</param>
    /// <param name="hasTarget">Whether the media or embedding of a <c>pth2</c> exists.</param>
    public static WebVidCoVRTable Build(
        WebVidCoVRRows rows, WebVidCoVROptions.Iteration iterate, Func<string, bool>? hasReference = null, Func<string, bool>? hasTarget = null)
    {
        var references = hasReference is null ? new MissingMedia("pth1", [], 0) : MissingMedia.Find("pth1", rows.References(), hasReference);
        var targets = hasTarget is null ? new MissingMedia("pth2", [], 0) : MissingMedia.Find("pth2", rows.Targets(), hasTarget);
        if (references.Ids.Count + targets.Ids.Count == 0)
        {
            return new WebVidCoVRTable(rows, references, targets, iterate);
        }

        var (without, absent) = (references.Ids.ToHashSet(StringComparer.Ordinal), targets.Ids.ToHashSet(StringComparer.Ordinal));
        return new WebVidCoVRTable(rows.Without(without, absent), references, targets, iterate);
    }
}

/// <summary>One item of an epoch.</summary>
/// <param name="Key">The value of the iterated column.</param>
/// <param name="Rows">At least one row, of which training draws one.</param>
internal sealed record WebVidCoVRItem(string Key, IReadOnlyList<WebVidCoVRRow> Rows);
