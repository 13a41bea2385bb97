using System.Globalization;
using System.Text.Json;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Datasets.Circo;

/// <summary>Writes and checks the file that CIRCO's server takes.</summary>
public static class CircoSubmission
{
    private const int Depth = 50;

    /// <summary>Writes the file.</summary>
    internal static ResultFile Write(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query) => new(
        ResultNames.Of("recalls_circo-test", query),
        PythonJson.Write(dataset.Triplets.Select((triplet, i) => KeyValuePair.Create(triplet.Id, (object)rankings[i].Take(Depth).Select(hit => Number(hit.Id)).ToArray()))));

    /// <summary>Checks a submission file against the split that it answers.</summary>
    /// <remarks>
    /// One answer for every query and none for others; fifty numbers of pictures (fewer only if the gallery has fewer), each
    /// once, all of the gallery, and never the query's own reference.
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
        var gallery = dataset.Candidates.ToHashSet();
        var names = dataset.Candidates.ToDictionary(Number, id => id.Value);
        check.RequireAnswers(
            answer => answer.Value.ValueKind == JsonValueKind.Number && answer.Value.TryGetInt64(out var number)
                ? names.GetValueOrDefault(number, number.ToString(CultureInfo.InvariantCulture))
                : null,
            triplet => Math.Min(Depth, gallery.Count - (gallery.Contains(triplet.Reference) ? 1 : 0)),
            _ => gallery,
            "the gallery");
        return check.Faults;
    }

    private static long Number(MediaId id) => long.TryParse(id.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new ArgumentException($"'{id}' is no number of a COCO picture, such as 000000271520.", nameof(id));
}
