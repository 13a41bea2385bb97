using System.Collections.Frozen;
using System.Text;
using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Reproduction.Embedding;

namespace CoVR.Reproduction.Evaluation;

/// <summary>
/// What the reference masks: items keep file order while pairs are numbered by the table sorted by the iterated
/// column, so in an unsorted file a query gets the mask of another row; and identities are compared as integers
/// (<c>pairid2ref</c>, <c>pairid2tar</c> of <c>src/data/webvid_covr.py</c>).
/// </summary>
internal sealed class ReferencePairs
{
    private readonly FrozenDictionary<string, IReadOnlySet<MediaId>> _masked;

    private ReferencePairs(FrozenDictionary<string, IReadOnlySet<MediaId>> masked) => _masked = masked;

    /// <summary>Numbers the pairs of a data set whose triplets are in the order of the file.</summary>
    public static ReferencePairs Of(TripletDataset dataset, WebVidCoVROptions.Iteration iterate)
    {
        var items = dataset.Triplets.Where(triplet => triplet.Target is not null).ToArray();
        var sorted = iterate switch
        {
            WebVidCoVROptions.Iteration.Target => Sorted(items, triplet => triplet.Target!.Value.Value),
            WebVidCoVROptions.Iteration.TargetCaption => Sorted(items, triplet => triplet.TargetCaption ?? ""),
            _ => items,
        };
        var targets = Numbers(sorted, triplet => triplet.Target!.Value);
        var references = Numbers(sorted, triplet => triplet.Reference);
        if (targets is null || references is null)
        {
            // The reference rejects identities that are not unique as integers: compare them unchanged.
            targets = [.. sorted.Select(triplet => (object)triplet.Target!.Value)];
            references = [.. sorted.Select(triplet => (object)triplet.Reference)];
        }

        var columns = targets.Select((number, column) => (number, column)).ToLookup(pair => pair.number, pair => items[pair.column].Target!.Value);
        return new ReferencePairs(items.Select((item, row) => (item.Id, Masked: (IReadOnlySet<MediaId>)columns[references[row]].ToFrozenSet()))
            .ToFrozenDictionary(pair => pair.Id, pair => pair.Masked, StringComparer.Ordinal));
    }

    /// <summary>The candidates at the end of a query's ranking.</summary>
    public IReadOnlySet<MediaId> MaskedFor(Triplet triplet) => _masked.TryGetValue(triplet.Id, out var masked) ? masked : FrozenSet<MediaId>.Empty;

    private static Triplet[] Sorted(Triplet[] items, Func<Triplet, string> key) => [.. items.OrderBy(item => Encoding.UTF8.GetBytes(key(item)), TextEmbeddingJob.CodePoints)];

    /// <summary>The integers of a column; null if two identities share one.</summary>
    private static object[]? Numbers(Triplet[] rows, Func<Triplet, MediaId> column)
    {
        object[] numbers = [.. rows.Select(row => (object)IntegerIdentity.Of(column(row).Value, "0"))];
        return numbers.Distinct().Count() == rows.Select(column).Distinct().Count() ? numbers : null;
    }
}
