using System.Collections;
using System.Runtime.CompilerServices;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// The rows of a file, or some of them; a row is created when requested, so 1.6 million of them cost no objects.
////// </summary>
internal sealed class WebVidCoVRRows : IReadOnlyList<WebVidCoVRRow>
{
    private readonly WebVidCoVRRowStore _store;
    private readonly int[]? _places;
    private readonly Lazy<List<int>> _targets;

    /// <summary>All rows of a store.</summary>
    public WebVidCoVRRows(WebVidCoVRRowStore store)
        : this(store, null)
    {
    }

    private WebVidCoVRRows(WebVidCoVRRowStore store, int[]? places)
    {
        (_store, _places) = (store, places);
        _targets = new Lazy<List<int>>(() => Different(targets: true));
    }

    /// <inheritdoc/>
    public int Count => _places?.Length ?? _store.Count;

    /// <inheritdoc/>
    public WebVidCoVRRow this[int index] => _store.RowAt(PlaceOf(index));

    /// <summary>The number of a row's target; equal numbers are equal targets.</summary>
    public int TargetNumber(int index) => _store.EntryAt(PlaceOf(index)).Target;

    /// <summary>The number of a row's target caption; equal numbers are equal captions.</summary>
    public int TargetCaptionNumber(int index) => _store.TargetCaptionNumber(PlaceOf(index));

    /// <summary>How many different targets there are.</summary>
    public int TargetCount => _targets.Value.Count;

    /// <summary>The different references, in the order of first appearance.</summary>
    public IEnumerable<string> References() => Different(targets: false).Select(number => _store.Identities[number]);

    /// <summary>The different targets, in the order of first appearance.</summary>
    public IEnumerable<string> Targets() => _targets.Value.Select(number => _store.Identities[number]);

    /// <summary>The rows except those of the given references and targets.</summary>
    public WebVidCoVRRows Without(HashSet<string> references, HashSet<string> targets) => Keep(index =>
    {
        ref readonly var entry = ref _store.EntryAt(PlaceOf(index));
        return !references.Contains(_store.Identities[entry.Reference]) && !targets.Contains(_store.Identities[entry.Target]);
    });

    /// <summary>The rows that satisfy a condition; this list itself if all do.</summary>
    public WebVidCoVRRows Where(Func<WebVidCoVRRow, bool> holds) => Keep(index => holds(this[index]));

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

    private WebVidCoVRRows Keep(Func<int, bool> holds)
    {
        int[] places = [.. Enumerable.Range(0, Count).Where(holds).Select(PlaceOf)];
        return places.Length == Count ? this : new WebVidCoVRRows(_store, places);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private List<int> Different(bool targets)
    {
        var (seen, numbers) = (new bool[_store.Identities.Count], new List<int>());
        for (var i = 0; i < Count; i++)
        {
            ref readonly var entry = ref _store.EntryAt(PlaceOf(i));
            var number = targets ? entry.Target : entry.Reference;
            if (!seen[number])
            {
                seen[number] = true;
                numbers.Add(number);
            }
        }

        return numbers;
    }
}
