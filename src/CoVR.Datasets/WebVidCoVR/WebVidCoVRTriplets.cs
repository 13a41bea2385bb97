using System.Collections;
using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.Annotations;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>The triplets of rows, with the texts that the options ask for; each is created when requested, so millions of them cost no memory.</summary>
internal sealed class WebVidCoVRTriplets : IReadOnlyList<Triplet>
{
    private readonly WebVidCoVRRows _rows;
    private readonly WebVidCoVROptions _options;

    /// <summary>Leaves out rows for which no edit can be made.</summary>
    public WebVidCoVRTriplets(WebVidCoVRRows rows, WebVidCoVROptions options) => (_rows, _options) = (
        options.Edits is { } edits ? rows.Where(row => edits(row.ReferenceCaption!, row.TargetCaption!) is not null) : rows,
        options);

    /// <inheritdoc/>
    public int Count => _rows.Count;

    /// <summary>The rows.</summary>
    public WebVidCoVRRows Rows => _rows;

    /// <inheritdoc/>
    public Triplet this[int index] => Of(_rows[index]);

    /// <inheritdoc/>
    public IEnumerator<Triplet> GetEnumerator() => _rows.Select(Of).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Triplet Of(WebVidCoVRRow row)
    {
        var texts = TextsOf(row);
        return new Triplet(
            row.Number.ToString(CultureInfo.InvariantCulture),
            new MediaId(row.Reference),
            texts is null ? row.Edit : texts[RowDraw.Index(_options.Seed, row.Number, texts.Count)],
            new MediaId(row.Target),
            row.TargetCaption,
            row.Scores)
        {
            Alternatives = texts,
        };
    }

    private IReadOnlyList<string>? TextsOf(WebVidCoVRRow row) =>
        _options.Edits is { } edits ? edits(row.ReferenceCaption!, row.TargetCaption!)
        : _options.EditLists ? TextListLiteral.Parse(row.Edit)
        : null;
}

/// <summary>Draws by position instead of by order of use, so a row's draw does not depend on what is read before it.</summary>
internal static class RowDraw
{
    /// <summary>A number for a row, in [0, count).</summary>
    public static int Index(int seed, int row, int count)
    {
        // The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
        var value = (((ulong)(uint)seed << 32) | (uint)row) + 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return (int)((value ^ (value >> 31)) % (ulong)count);
    }
}
