using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Datasets.Cirr;

/// <summary>Writes and checks the files that CIRR's server takes.</summary>
public static class CirrSubmission
{
    private const string Version = "rc2";
    private const string Recall = "recall";
    private const string RecallSubset = "recall_subset";
    private const int Depth = 50;
    private const int SubsetDepth = 3;

    /// <summary>Writes both files.</summary>
    internal static IReadOnlyList<ResultFile> Write(
        TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, IReadOnlyList<IReadOnlyList<SearchHit>> subsets, QueryKind? query) =>
    [
        new ResultFile(ResultNames.Of("recalls_cirr", query), Text(dataset, Recall, rankings, Depth)),
        new ResultFile(ResultNames.Of("recalls_cirr_subset", query), Text(dataset, RecallSubset, subsets, SubsetDepth)),
    ];

    /// <summary>Checks a submission file against the split that it answers.</summary>
    /// <remarks>
    /// Version and metric; one answer for every query and none for others; the right number of pictures, each once, all of the
    /// gallery (or of the query's <c>img_set</c>); and never the query's own reference.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="dataset">The split, usually <see cref="DatasetSplit.Test"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Every fault, one sentence each; empty when the file can be sent.</returns>
    /// <exception cref="DatasetFormatException">The file is missing or no JSON object.</exception>
    public static async Task<IReadOnlyList<string>> ValidateAsync(string path, TripletDataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var check = await SubmissionCheck.OpenAsync(path, dataset, cancellationToken).ConfigureAwait(false);
        check.RequireText("version", Version);
        var metric = check.RequireText("metric", Recall, RecallSubset);
        if (metric == RecallSubset)
        {
            check.RequireAnswers(answer => answer.ReadText(), triplet => Math.Min(SubsetDepth, Members(triplet).Count), Members, "the query's img_set");
        }
        else
        {
            var gallery = dataset.Candidates.ToHashSet();
            check.RequireAnswers(
                answer => answer.ReadText(), triplet => Math.Min(Depth, gallery.Count - (gallery.Contains(triplet.Reference) ? 1 : 0)), _ => gallery, "the gallery");
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
