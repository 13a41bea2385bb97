using System.Collections;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// The rows of a file in columns: a row is made when it is asked for, so that 1.6 million of them cost no objects. Texts are
/// shared, scores lie one after the other in blocks.
/// </summary>
internal sealed class WebVidCoVRRows : IReadOnlyList<WebVidCoVRRow>
{
    private const int BlockSize = 1 << 20;

    private readonly List<Entry> _entries = [];
    private readonly List<float[]> _blocks = [];
    private int _used = BlockSize;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public WebVidCoVRRow this[int index]
    {
        get
        {
            var entry = _entries[index];
            return new WebVidCoVRRow(index, entry.Line, entry.Reference, entry.Target, entry.ReferenceCaption, entry.TargetCaption, entry.Edit, ScoresOf(entry));
        }
    }

    /// <summary>Adds a row; its number is its place.</summary>
    public void Add(long line, string reference, string target, string? referenceCaption, string? targetCaption, string edit, ReadOnlySpan<float> scores)
    {
        if (_used + scores.Length > BlockSize)
        {
            _blocks.Add(new float[Math.Max(BlockSize, scores.Length)]);
            _used = 0;
        }

        if (!scores.IsEmpty)
        {
            scores.CopyTo(_blocks[^1].AsSpan(_used));
        }

        _entries.Add(new Entry(line, reference, target, referenceCaption, targetCaption, edit, _blocks.Count - 1, _used, scores.Length));
        _used += scores.Length;
    }

    /// <inheritdoc/>
    public IEnumerator<WebVidCoVRRow> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IReadOnlyList<float>? ScoresOf(Entry entry) =>
        entry.Scores == 0 ? null : (IReadOnlyList<float>)new ArraySegment<float>(_blocks[entry.Block], entry.Start, entry.Scores);

    private readonly record struct Entry(
        long Line, string Reference, string Target, string? ReferenceCaption, string? TargetCaption, string Edit, int Block, int Start, int Scores);
}

/// <summary>Some rows of a list.</summary>
internal sealed class WebVidCoVRSelection(IReadOnlyList<WebVidCoVRRow> rows, int[] places) : IReadOnlyList<WebVidCoVRRow>
{
    /// <inheritdoc/>
    public int Count => places.Length;

    /// <inheritdoc/>
    public WebVidCoVRRow this[int index] => rows[places[index]];

    /// <summary>The rows for which something holds; the list itself when that is all of them.</summary>
    public static IReadOnlyList<WebVidCoVRRow> Where(IReadOnlyList<WebVidCoVRRow> rows, Func<WebVidCoVRRow, bool> holds)
    {
        int[] places = [.. rows.Select((row, place) => (row, place)).Where(pair => holds(pair.row)).Select(pair => pair.place)];
        return places.Length == rows.Count ? rows : new WebVidCoVRSelection(rows, places);
    }

    /// <inheritdoc/>
    public IEnumerator<WebVidCoVRRow> GetEnumerator() => places.Select(place => rows[place]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
