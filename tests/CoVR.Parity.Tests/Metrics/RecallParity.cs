using System.Globalization;
using System.Text.Json;
using CoVR.Evaluation;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Metrics;

/// <summary><c>eval_recall</c> of WebVid-CoVR and of the validation, and <c>recall_at_k_labels</c> of FashionIQ.</summary>
public sealed class RecallParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "metrics" && (IsMatrix(golden) || IsLabelled(golden));

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        if (IsLabelled(golden))
        {
            CheckLabelled(golden);
        }
        else
        {
            CheckMatrix(golden);
        }
    }

    private static bool IsMatrix(GoldenCase golden) => golden.Function.Contains("eval_recall", StringComparison.Ordinal);

    private static bool IsLabelled(GoldenCase golden) => golden.Function.Contains("recall_at_k_labels", StringComparison.Ordinal);

    private static void CheckMatrix(GoldenCase golden)
    {
        var expected = golden.OutputJson("result");
        int?[] ranks = [.. ScoreMatrix.Rows(golden.Input("scores")).Select((scores, row) => RetrievalMetrics.RankOf(ScoreMatrix.Ranking(scores, Column), Column(row)))];
        Assert.Equal(expected.GetProperty("ranks").EnumerateArray().Select(rank => rank.GetInt32() + 1), ranks.Select(rank => rank!.Value));
        foreach (var (file, digits) in new[] { ("webvid_covr", 2), ("utils", 4) })
        {
            if (expected.TryGetProperty(file, out var figures))
            {
                foreach (var figure in figures.EnumerateObject())
                {
                    ScoreMatrix.AssertFigure(figure.Value, Figure(figure.Name, ranks), digits, golden, figure.Name);
                }
            }
        }
    }

    internal static double Figure(string name, int?[] ranks) => name switch
    {
        "meanR3" or "R_mean" => new[] { 1, 5, 10 }.Average(k => RetrievalMetrics.RecallAt(ranks, k)),
        "meanR4" => new[] { 1, 5, 10, 50 }.Average(k => RetrievalMetrics.RecallAt(ranks, k)),
        _ => RetrievalMetrics.RecallAt(ranks, int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture)),
    };

    private static void CheckLabelled(GoldenCase golden)
    {
        var (targets, queries) = (Labels(golden.InputJson("target_labels")), Labels(golden.InputJson("query_labels")));
        int?[] ranks =
        [
            .. ScoreMatrix.Rows(golden.Input("sim")).Select((scores, row) =>
                RetrievalMetrics.RankOf(ScoreMatrix.Ranking(scores, column => new MediaId(targets[column])), new MediaId(queries[row]))),
        ];
        foreach (var figure in golden.OutputJson("result").EnumerateObject())
        {
            ScoreMatrix.AssertFigure(figure.Value, Figure(figure.Name, ranks), 2, golden, figure.Name);
        }
    }

    private static string[] Labels(JsonElement labels) => [.. labels.EnumerateArray().Select(label => label.ToString())];

    private static MediaId Column(int column) => new($"{column}");
}
