using System.Globalization;
using System.Text.Json;
using CoVR.Evaluation;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Metrics;

/// <summary><c>compute_metrics</c> of CIRCO: mAP over all right answers, recall of the one target.</summary>
public sealed class CircoParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) =>
        golden.Group == "metrics" && golden.HasInput("predictions") && golden.Function.EndsWith("compute_metrics", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var predictions = golden.InputJson("predictions");
        var annotations = golden.InputJson("annotations");
        IReadOnlyList<SearchHit>[] rankings =
        [
            .. Enumerable.Range(0, annotations.GetArrayLength()).Select(query => predictions.GetProperty($"{query}").EnumerateArray()
                .Select((id, place) => new SearchHit(new MediaId(id.ToString()), -place, place + 1)).ToArray()),
        ];
        foreach (var kind in golden.OutputJson("result").EnumerateObject())
        {
            CheckFigures(golden, kind.Value.EnumerateObject(), rankings, annotations, kind.Name + "@");
        }
    }

    /// <summary>Compares figures named <c>mAP@k</c> and <c>Recall@k</c>.</summary>
    internal static void CheckFigures(
        GoldenCase golden, IEnumerable<JsonProperty> figures, IReadOnlyList<SearchHit>[] rankings, JsonElement annotations, string prefix = "")
    {
        IReadOnlySet<MediaId>[] right = [.. annotations.EnumerateArray().Select(entry => entry.GetProperty("gt_img_ids").EnumerateArray().Select(Id).ToHashSet())];
        int?[] ranks = [.. annotations.EnumerateArray().Select((entry, query) => RetrievalMetrics.RankOf(rankings[query], Id(entry.GetProperty("target_img_id"))))];
        foreach (var figure in figures)
        {
            var name = prefix + figure.Name;
            var k = int.Parse(name.AsSpan(name.IndexOf('@', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
            var value = name.StartsWith("mAP", StringComparison.Ordinal)
                ? RetrievalMetrics.MeanAveragePrecisionAt(rankings, right, k)
                : RetrievalMetrics.RecallAt(ranks, k);
            ScoreMatrix.AssertFigure(figure.Value, value, 2, golden, name);
        }
    }

    private static MediaId Id(JsonElement id) => new(id.ToString());
}
