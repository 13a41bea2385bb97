using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Results;

/// <summary>Writes and checks the files that CIRR's server takes.</summary>
internal static class CirrSubmission
{
    private const string Version = "rc2";
    private const string Recall = "recall";
    private const string RecallSubset = "recall_subset";
    private const int Depth = 50;
    private const int SubsetDepth = 3;

    /// <summary>Writes both files.</summary>
    public static IReadOnlyList<ResultFile> Write(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query) =>
    [
        new ResultFile(ReferenceResultFiles.NameOf("recalls_cirr", query), Text(dataset, Recall, rankings, Depth)),
        new ResultFile(ReferenceResultFiles.NameOf("recalls_cirr_subset", query), Text(dataset, RecallSubset, [.. dataset.Triplets.Zip(rankings, (triplet, hits) => RetrievalMetrics.Among(hits, triplet.Subset!.ToHashSet()))], SubsetDepth)),
    ];

    /// <summary>Checks a submission file against the split that it answers.</summary>
    public static async Task<IReadOnlyList<string>> ValidateAsync(string path, TripletDataset dataset, CancellationToken cancellationToken)
    {
        var check = await SubmissionCheck.OpenAsync(path, dataset, cancellationToken).ConfigureAwait(false);
        check.RequireText("version", Version);
        var metric = check.RequireText("metric", Recall, RecallSubset);
        if (metric == RecallSubset)
        {
            check.RequireAnswers(SubmissionCheck.ReadText, triplet => Math.Min(SubsetDepth, Members(triplet).Count), Members, "the query's img_set");
        }
        else
        {
            var gallery = dataset.Candidates.ToHashSet();
            check.RequireAnswers(
                SubmissionCheck.ReadText, triplet => Math.Min(Depth, gallery.Count - (gallery.Contains(triplet.Reference) ? 1 : 0)), _ => gallery, "the gallery");
        }

        return check.Faults;
    }

    private static HashSet<MediaId> Members(Triplet triplet) => (triplet.Subset ?? []).Where(member => member != triplet.Reference).ToHashSet();

    private static string Text(TripletDataset dataset, string metric, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, int depth)
    {
        IEnumerable<KeyValuePair<string, object>> answers = dataset.Triplets.Select((triplet, i) =>
            KeyValuePair.Create(triplet.Id, (object)rankings[i].Take(depth).Select(hit => hit.Id.Value).ToArray()));
        return PythonJson.Write(answers.Prepend(KeyValuePair.Create("metric", (object)metric)).Prepend(KeyValuePair.Create("version", (object)Version)));
    }
}
