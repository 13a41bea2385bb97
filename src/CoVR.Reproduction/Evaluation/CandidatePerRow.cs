using CoVR.Data;

namespace CoVR.Reproduction.Evaluation;

/// <summary>
/// A target of several rows occurs once per row, as <c>{target} (row {triplet})</c>: for a query only its own is correct. The table
/// of rows comes first, then the candidates that no row refers to.
/// </summary>
internal static class CandidatePerRow
{
    /// <summary>What the fingerprint states.</summary>
    public const string Name = "once for each row";

    public static IReadOnlyList<GalleryCandidate> Arrange(TripletDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        Triplet[] rows = [.. dataset.Triplets.Where(triplet => triplet.Target is not null)];
        var answers = rows.ToLookup(row => row.Target!.Value);
        return answers.All(target => target.Count() == 1)
            ? [.. dataset.Candidates.Select(id => new GalleryCandidate(id, id, [.. answers[id]]))]
            :
            [
                .. rows.Select(row => new GalleryCandidate(answers[row.Target!.Value].Count() > 1 ? new MediaId($"{row.Target} (row {row.Id})") : row.Target!.Value, row.Target!.Value, [row])),
                .. dataset.Candidates.Where(id => !answers.Contains(id)).Select(id => new GalleryCandidate(id, id, [])),
            ];
    }
}
