using CoVR.Construction;
using CoVR.Data;

namespace CoVR.Benchmarks.Teach;

/// <summary>Stands in for a language model: it phrases a change as edits of the world's training split phrase it.</summary>
internal sealed class ScriptedWriter : IEditWriter
{
    private readonly ILookup<string, string> _phrases;
    private readonly int _seed;

    /// <summary>Learns the phrases: the edits that name one value and nothing else.</summary>
    public ScriptedWriter(TripletDataset world, int seed)
    {
        _phrases = world.Triplets.Select(triplet => triplet.Modification).Distinct().Where(edit => WorldWords.In(edit).Count == 1).Order(StringComparer.Ordinal)
            .ToLookup(edit => WorldWords.In(edit)[0]);
        _seed = seed;
    }

    /// <inheritdoc/>
    public string Fingerprint => $"scripted {_seed}";

    /// <inheritdoc/>
    public ValueTask<EditAnswer> WriteAsync(EditRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var random = new Random(HashCodeOf($"{_seed} {request.Reference} {request.Target}"));
        string[] values = [.. WorldWords.In(request.Added)];
        random.Shuffle(values);
        string[] texts = [.. Enumerable.Range(0, 4).Select(_ => string.Join(
            new[] { " and ", ", also ", ", then ", "; " }[random.Next(4)], values.Select(value => _phrases[value].ElementAt(random.Next(_phrases[value].Count()))))).Distinct()];
        return ValueTask.FromResult(values.Length > 0 ? new EditAnswer(texts) : new EditAnswer([]) { Fault = "no value of an attribute changes" });
    }

    // The same in every process.
    private static int HashCodeOf(string text) => text.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter));
}
