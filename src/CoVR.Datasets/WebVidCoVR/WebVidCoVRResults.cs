using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>The reference's files of figures (<c>src/test/blip2/webvid_covr.py</c> and <c>webvid_covr_exp.py</c>).</summary>
internal static class WebVidCoVRResults
{
    /// <summary>The file of one kind of query.</summary>
    /// <remarks>
    /// BLIP's image-only test writes <c>recalls_covr.json</c>, over the file of composed queries; here both families have BLIP-2's
    /// name. Late fusion is a model's own way to compose, so that its file has the name of composed queries.
    /// </remarks>
    public static ResultFile Of(TripletDataset dataset, IReadOnlyList<int?> ranks, QueryKind? query, bool excludesReference)
    {
        var suffix = excludesReference ? "" : "_ss";
        var name = query is null || query == QueryKind.Composed ? $"recalls_covr{suffix}.json"
            : query == QueryKind.TextOnly ? $"recalls_covr_txt{suffix}.json"
            : query == QueryKind.ImageOnly ? $"recalls_covr_vis{suffix}.json"
            : query == QueryKind.Average ? $"recalls_covr_avg{suffix}.json"
            : query.CaptionShare > 0 ? ResultNames.Of($"recalls_blip2-captions_covr_blip2-captions{suffix}", query.CaptionShare == 0.5 ? null : query)
            : ResultNames.Of($"recalls_covr{suffix}", query);
        double[] recalls = [.. new[] { 1, 5, 10, 50 }.Select(k => RetrievalMetrics.RecallAt([.. ranks], k))];
        List<KeyValuePair<string, object>> content =
        [
            new("R1", Rounded(recalls[0])),
            new("R5", Rounded(recalls[1])),
            new("R10", Rounded(recalls[2])),
            new("R50", Rounded(recalls[3])),
            new("meanR3", Rounded((recalls[0] + recalls[1] + recalls[2]) / 3)),
            new("meanR4", Rounded((recalls[0] + recalls[1] + recalls[2] + recalls[3]) / 4)),
        ];
        if (dataset.Source is { } source && query != QueryKind.ImageOnly)
        {
            content.Add(new("annotation", Path.GetFileName(source)));
        }

        return new ResultFile(name, PythonJson.Write(content));
    }

    private static object Rounded(double value) => RetrievalMetrics.RoundAsPython(value, 2);
}
