using System.Globalization;
using System.Text.Json;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Results;

/// <summary>Writes and checks the file that CIRCO's server takes.</summary>
internal static class CircoSubmission
{
    private const int Depth = 50;

    /// <summary>Writes the file.</summary>
    public static ResultFile Write(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query) => new(
        ReferenceResultFiles.NameOf("recalls_circo-test", query),
        PythonJson.Write(dataset.Triplets.Select((triplet, i) => KeyValuePair.Create(triplet.Id, (object)rankings[i].Take(Depth).Select(hit => Number(hit.Id)).ToArray()))));

    /// <summary>Checks a submission file against the split that it answers.</summary>
    public static async Task<IReadOnlyList<string>> ValidateAsync(string path, TripletDataset dataset, CancellationToken cancellationToken)
    {
        var check = await SubmissionCheck.OpenAsync(path, dataset, cancellationToken).ConfigureAwait(false);
        var gallery = dataset.Candidates.ToHashSet();
        var names = dataset.Candidates.ToDictionary(Number, id => id.Value);
        check.RequireAnswers(
            answer => answer.ValueKind == JsonValueKind.Number && answer.TryGetInt64(out var number)
                ? names.GetValueOrDefault(number, number.ToString(CultureInfo.InvariantCulture))
                : null,
            triplet => Math.Min(Depth, gallery.Count - (gallery.Contains(triplet.Reference) ? 1 : 0)),
            _ => gallery,
            "the gallery");
        return check.Faults;
    }

    private static long Number(MediaId id) => long.TryParse(id.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new ArgumentException($"'{id}' is not the number of a COCO picture, such as 000000271520.", nameof(id));
}
