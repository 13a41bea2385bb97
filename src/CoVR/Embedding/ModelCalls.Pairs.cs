using CoVR.Modeling;
using static TorchSharp.torch;

namespace CoVR.Embedding;

internal static partial class ModelCalls
{
    /// <summary>Embeds queries of any kinds in evaluation mode; each reference goes through the visual encoder once, however many queries it is part of.</summary>
    /// <param name="model">The model.</param>
    /// <param name="references">The references.</param>
    /// <param name="pairs">The number of a reference, or -1 for none, and a text, or null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>For each pair [1, Q, D].</returns>
    public static async Task<EmbeddingSet[]> EncodePairsAsync(
        ComposedModel model, IReadOnlyList<PreparedMedia> references, IReadOnlyList<(int Reference, string? Text)> pairs, CancellationToken cancellationToken)
    {
        using var activity = CoVRDiagnostics.StartEmbeddings(model, pairs.Count);
        return await activity.Watch(model.Encoder.TakesFrames
            ? EncodeFramePairsAsync(model, references, pairs, cancellationToken)
            : Task.Run(() => InEvaluationMode(model, () => EncodePairs(model, references, pairs)), cancellationToken)).ConfigureAwait(false);
    }

    private static async Task<EmbeddingSet[]> EncodeFramePairsAsync(
        ComposedModel model, IReadOnlyList<PreparedMedia> references, IReadOnlyList<(int Reference, string? Text)> pairs, CancellationToken cancellationToken)
    {
        var sets = new EmbeddingSet[pairs.Count];
        foreach (var (places, parts) in KindsOf(pairs))
        {
            var encoded = await FrameCalls.EncodeQueriesAsync(model, ReferencesOf(references, pairs, places), TextsOf(pairs, places), [parts], cancellationToken).ConfigureAwait(false);
            Place(encoded[0], places, sets);
        }

        return sets;
    }

    private static EmbeddingSet[] EncodePairs(ComposedModel model, IReadOnlyList<PreparedMedia> references, IReadOnlyList<(int Reference, string? Text)> pairs)
    {
        using var use = model.Borrow();
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var visual = references.Count == 0 ? null : model.Encoder.EncodeVisual(Pixels(Frames(references), model.Device));
        var sets = new EmbeddingSet[pairs.Count];
        foreach (var (places, parts) in KindsOf(pairs))
        {
            long[] rows = [.. places.Select(i => pairs[i].Reference).Where(reference => reference >= 0).SelectMany(reference => RowsOf(references, reference))];
            var tokens = rows.Length == 0 ? null : visual!.index_select(0, tensor(rows).to(model.Device));
            Place(EncodeKind(model, tokens, ReferencesOf(references, pairs, places), TextsOf(pairs, places), parts), places, sets);
        }

        return sets;
    }

    /// <summary>The places of the pairs of each kind.</summary>
    private static IEnumerable<(int[] Places, QueryParts Parts)> KindsOf(IReadOnlyList<(int Reference, string? Text)> pairs) => Enumerable.Range(0, pairs.Count)
        .GroupBy(i => (pairs[i].Reference < 0 ? 0 : QueryParts.Reference) | (pairs[i].Text is null ? 0 : QueryParts.Modification))
        .Select(kind => (kind.ToArray(), kind.Key));

    /// <summary>The rows of a reference's frames among those of all references.</summary>
    private static IEnumerable<long> RowsOf(IReadOnlyList<PreparedMedia> references, int reference)
    {
        var first = references.Take(reference).Sum(media => media.Frames);
        return Enumerable.Range(first, references[reference].Frames).Select(row => (long)row);
    }

    private static PreparedMedia[] ReferencesOf(IReadOnlyList<PreparedMedia> references, IReadOnlyList<(int Reference, string? Text)> pairs, int[] places) =>
        [.. places.Select(i => pairs[i].Reference).Where(reference => reference >= 0).Select(reference => references[reference])];

    private static string[] TextsOf(IReadOnlyList<(int Reference, string? Text)> pairs, int[] places) => [.. places.Select(i => pairs[i].Text ?? string.Empty)];

    private static void Place(EmbeddingSet[] encoded, int[] places, EmbeddingSet[] sets)
    {
        for (var i = 0; i < places.Length; i++)
        {
            sets[places[i]] = encoded[i];
        }
    }
}
