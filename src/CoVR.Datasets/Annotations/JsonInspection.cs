using CoVR.Data;

namespace CoVR.Datasets.Annotations;

/// <summary>The readable entries of a JSON file with their lines, and the issues of the others.</summary>
internal sealed class JsonInspection
{
    private readonly string _dataset;
    private readonly List<Triplet> _triplets = [];
    private readonly List<long> _lines = [];

    /// <summary>Reads entries one by one.</summary>
    public JsonInspection(string dataset, IReadOnlyList<JsonEntry> entries, Func<JsonEntry, Triplet> make)
    {
        _dataset = dataset;
        foreach (var entry in entries)
        {
            try
            {
                _triplets.Add(make(entry));
                _lines.Add(entry.Line);
            }
            catch (DatasetFormatException fault)
            {
                Issues.Add(AnnotationInspection.Issue.Of(fault));
            }
        }
    }

    /// <summary>The readable entries, in file order.</summary>
    public IReadOnlyList<Triplet> Triplets => _triplets;

    /// <summary>What is wrong with the others.</summary>
    public List<AnnotationInspection.Issue> Issues { get; } = [];

    /// <summary>Reads a file that may be missing or malformed as a whole.</summary>
    /// <returns>What <paramref name="read"/> returns; null if it failed, with an issue added.</returns>
    public async Task<T?> TryAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (DatasetFormatException fault)
        {
            Issues.Add(AnnotationInspection.Issue.Of(fault));
            return null;
        }
    }

    /// <summary>The inspection of the split.</summary>
    /// <param name="split">Which part.</param>
    /// <param name="file">Its annotation file.</param>
    /// <param name="candidates">The gallery; if its list cannot be read, the items that the entries name.</param>
    /// <param name="listsReferences">Whether the gallery should list references.</param>
    public AnnotationInspection Of(DatasetSplit split, string file, IReadOnlyList<MediaId>? candidates, bool listsReferences = true) =>
        new(new TripletDataset(_dataset, split, _triplets, candidates ?? Named()) { Source = file }, Issues)
        {
            LineOf = i => _lines[i],
            ListsReferences = listsReferences,
        };

    /// <summary>Every item that the entries name, by code point.</summary>
    public IReadOnlyList<MediaId> Named() =>
    [
        .. _triplets
            .SelectMany(triplet => (triplet.Subset ?? []).Append(triplet.Reference).Concat(triplet.Target is { } target ? [target] : Array.Empty<MediaId>()))
            .Select(id => id.Value)
            .Distinct(StringComparer.Ordinal)
            .Order(CodePointComparer.Instance)
            .Select(id => new MediaId(id)),
    ];
}
