using System.Text;
using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Reproduction.Results;

/// <summary>The result files of the Python code: figures (<c>recalls_covr.json</c>, <c>recalls_fiq-dress.json</c>) and the files that the servers of CIRR and CIRCO take.</summary>
/// <remarks>
/// Composed queries have the names of the Python code; other kinds append their name, for example <c>recalls_cirr_text-only.json</c>.
/// BLIP's image-only test writes <c>recalls_covr.json</c>, over the file of composed queries; here both families have BLIP-2's name.
/// </remarks>
public static class ReferenceResultFiles
{
    private static readonly int[] Cuts = [1, 5, 10, 50];

    /// <summary>Writes the files of a result; each atomically.</summary>
    /// <param name="result">A result of WebVid-CoVR, CC-CoIR, CIRR, CIRCO or FashionIQ.</param>
    /// <param name="folder">Created if missing; files with the same names are replaced.</param>
    /// <returns>The paths; empty for other benchmarks, or for a hidden split of FashionIQ.</returns>
    public static IReadOnlyList<string> Save(EvaluationResult result, string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return [.. Of(result).Select(file => file.Save(folder))];
    }

    /// <summary>Checks a file that <see cref="Save"/> wrote for a server: version, one answer per query, and in each the right number of distinct gallery pictures without the query's reference.</summary>
    /// <param name="path">The file.</param>
    /// <param name="protocol">The benchmark: <c>cirr</c> or <c>circo</c>.</param>
    /// <param name="dataset">The split that it answers.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Every fault, one sentence each; null if there is no server for the file.</returns>
    /// <exception cref="DatasetFormatException">The file is missing or not a JSON object.</exception>
    public static async Task<IReadOnlyList<string>?> CheckAsync(string path, string protocol, TripletDataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return protocol switch
        {
            "cirr" => await CirrSubmission.ValidateAsync(path, dataset, cancellationToken).ConfigureAwait(false),
            "circo" when dataset.Triplets.All(triplet => triplet.Target is null) => await CircoSubmission.ValidateAsync(path, dataset, cancellationToken).ConfigureAwait(false),
            _ => null,
        };
    }

    /// <summary>The files of a result.</summary>
    internal static IReadOnlyList<ResultFile> Of(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Of(result.Report, result.Dataset, result.Rankings, result.Query);
    }

    /// <summary>The files of a report; a benchmark is identified by the name of its protocol.</summary>
    internal static IReadOnlyList<ResultFile> Of(RetrievalReport report, TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query = null)
    {
        const string FashionIQ = "fashioniq-", WebVid = "webvid-covr", WithReference = "webvid-covr, reference among the candidates";
        var isHidden = report.Metrics.Count == 0;
        return report.Protocol switch
        {
            "cirr" => CirrSubmission.Write(dataset, rankings, query),
            "circo" => [isHidden ? CircoSubmission.Write(dataset, rankings, query) : Figures("recalls_circo-val", query, report.Metrics.Select(pair => (pair.Key, pair.Value)))],
            WebVid or WithReference => [WebVidCoVR(dataset, rankings, query, report.Protocol == WebVid ? "" : "_ss")],
            { } name when name.StartsWith(FashionIQ, StringComparison.Ordinal) && !isHidden =>
                [Figures($"recalls_fiq-{name[FashionIQ.Length..]}", query, Cuts.Select(k => ($"R{k}", report.Metrics[$"R@{k}"])))],
            _ => [],
        };
    }

    /// <summary>The name of a file.</summary>
    internal static string NameOf(string stem, QueryKind? query) =>
        query is null || query == QueryKind.Composed ? $"{stem}.json" : $"{stem}_{query.Name.Replace(' ', '-')}.json";

    private static ResultFile Figures(string stem, QueryKind? query, IEnumerable<(string Name, double Value)> figures) =>
        new(NameOf(stem, query), PythonJson.Write(figures.Select(figure => KeyValuePair.Create(figure.Name, (object)figure.Value))));

    // After src/test/blip2/webvid_covr.py and webvid_covr_exp.py.
    private static ResultFile WebVidCoVR(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query, string suffix)
    {
        var name = query is null || query == QueryKind.Composed ? $"recalls_covr{suffix}.json"
            : query == QueryKind.TextOnly ? $"recalls_covr_txt{suffix}.json"
            : query == QueryKind.ImageOnly ? $"recalls_covr_vis{suffix}.json"
            : query == QueryKind.Average ? $"recalls_covr_avg{suffix}.json"
            : query.CaptionShare > 0 ? NameOf($"recalls_blip2-captions_covr_blip2-captions{suffix}", query.CaptionShare == 0.5 ? null : query)
            : NameOf($"recalls_covr{suffix}", query);
        int?[] ranks = [.. dataset.Triplets.Zip(rankings, (triplet, hits) => RetrievalMetrics.RankOf(hits, triplet.Target!.Value))];
        double[] recalls = [.. Cuts.Select(k => RetrievalMetrics.RecallAt(ranks, k))];
        List<KeyValuePair<string, object>> content =
        [
            .. Cuts.Select((k, i) => KeyValuePair.Create($"R{k}", Rounded(recalls[i]))),
            new("meanR3", Rounded((recalls[0] + recalls[1] + recalls[2]) / 3)),
            new("meanR4", Rounded((recalls[0] + recalls[1] + recalls[2] + recalls[3]) / 4)),
        ];
        if (dataset.Source is { } source && query != QueryKind.ImageOnly)
        {
            content.Add(new("annotation", Path.GetFileName(source)));
        }

        return new ResultFile(name, PythonJson.Write(content));
    }

    private static object Rounded(double value) => RetrievalMetrics.Round(value, 2);
}

/// <summary>A result file: its name without folder, and its text.</summary>
internal sealed record ResultFile(string Name, string Content)
{
    /// <summary>Writes the file atomically, as UTF-8 without a byte order mark.</summary>
    public string Save(string folder)
    {
        var path = Path.Combine(folder, Name);
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(Content)));
        return path;
    }
}
