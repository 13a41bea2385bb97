using System.Collections;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// The rows of a file, or some of them, in columns: a row is made when it is asked for, so that 1.6 million of them cost no objects.
/// Texts are numbers of a pool, scores lie one after the other in blocks.
/// </summary>
internal sealed class WebVidCoVRRows : IReadOnlyList<WebVidCoVRRow>
{
    private readonly WebVidCoVRRowStore _store;
    private readonly int[]? _places;

    /// <summary>All rows of a store.</summary>
    public WebVidCoVRRows(WebVidCoVRRowStore store) => _store = store;

    private WebVidCoVRRows(WebVidCoVRRowStore store, int[] places) => (_store, _places) = (store, places);

    /// <inheritdoc/>
    public int Count => _places?.Length ?? _store.Count;

    /// <inheritdoc/>
    public WebVidCoVRRow this[int index] => _store.RowAt(PlaceOf(index));

    /// <summary>The number of a row's target; equal numbers are equal targets.</summary>
    public int TargetNumber(int index) => _store.EntryAt(PlaceOf(index)).Target;

    /// <summary>The number of a row's target caption; equal numbers are equal captions.</summary>
    public int TargetCaptionNumber(int index) => _store.EntryAt(PlaceOf(index)).TargetCaption;

    /// <summary>The different references, in the order of first appearance.</summary>
    public IEnumerable<string> References() => Different(static entry => entry.Reference);

    /// <summary>The different targets, in the order of first appearance.</summary>
    public IEnumerable<string> Targets() => Different(static entry => entry.Target);

    /// <summary>The rows for which something holds; these rows themselves when that is all of them.</summary>
    public WebVidCoVRRows Where(Func<WebVidCoVRRow, bool> holds)
    {
        int[] places = [.. Enumerable.Range(0, Count).Where(index => holds(this[index])).Select(PlaceOf)];
        return places.Length == Count ? this : new WebVidCoVRRows(_store, places);
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

    private int PlaceOf(int index) => _places is null ? index : _places[index];

    private IEnumerable<string> Different(Func<WebVidCoVRRowStore.Entry, int> column)
    {
        var seen = new bool[_store.Identities.Count];
        for (var i = 0; i < Count; i++)
        {
            var number = column(_store.EntryAt(PlaceOf(i)));
            if (!seen[number])
            {
                seen[number] = true;
                yield return _store.Identities[number];
            }
        }
    }
}
