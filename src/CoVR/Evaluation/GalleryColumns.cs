using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>One place of a gallery.</summary>
/// <param name="Id">Its name in the index.</param>
/// <param name="Item">The candidate.</param>
/// <param name="Query">The query whose column this is; null where all queries share it.</param>
/// <param name="Scores">What its frames are weighed by, when answers weigh them.</param>
internal sealed record GalleryColumn(MediaId Id, MediaId Item, string? Query, IReadOnlyList<float>? Scores);

/// <summary>Lists the places of a gallery by the rules of a plan.</summary>
internal static class GalleryColumns
{
    /// <summary>The columns in the order in which they are added to an index.</summary>
    public static IReadOnlyList<GalleryColumn> Of(TripletDataset dataset, RetrievalRules rules)
    {
        var weighed = rules.Pooling == CandidatePooling.AnswerText;
        var answers = new Dictionary<MediaId, List<Triplet>>();
        foreach (var triplet in dataset.Triplets)
        {
            if (triplet.Target is { } target)
            {
                (answers.TryGetValue(target, out var list) ? list : answers[target] = []).Add(triplet);
            }
        }

        return rules.ColumnForEachRow && answers.Values.Any(rows => rows.Count > 1) ? ForEachRow() : [.. Ordered(dataset.Candidates, rules.Ties).Select(Shared)];

        GalleryColumn Shared(MediaId id) => new(
            id, id, null, weighed ? answers.GetValueOrDefault(id)?.Select(triplet => triplet.FrameScores).FirstOrDefault(scores => scores is not null) : null);

        GalleryColumn[] ForEachRow() =>
        [
            .. dataset.Triplets.Where(triplet => triplet.Target is not null).Select(triplet => answers[triplet.Target!.Value].Count > 1
                ? new GalleryColumn(new MediaId($"{triplet.Target} (row {triplet.Id})"), triplet.Target!.Value, triplet.Id, weighed ? triplet.FrameScores : null)
                : Shared(triplet.Target!.Value)),
            .. dataset.Candidates.Where(id => !answers.ContainsKey(id)).Select(Shared),
        ];
    }

    private static IEnumerable<MediaId> Ordered(IReadOnlyList<MediaId> candidates, TieOrder ties) => ties switch
    {
        TieOrder.Identity => candidates.OrderBy(id => id.Value, StringComparer.Ordinal),
        TieOrder.ReverseGalleryOrder => candidates.Reverse(),
        _ => candidates,
    };
}
