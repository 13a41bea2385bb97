using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>
/// One page that shows a run and needs nothing beside itself: figures of all variants with their intervals, recall curves,
/// queries that went well and badly with pictures, what leaks or deviates, fingerprints and coverage.
/// </summary>
/// <remarks>
/// Every text of the data is encoded. The first result is the one whose queries are shown and the others' differences are
/// measured from. A picture that cannot be read is named. Not safe for use from several threads.
/// </remarks>
public sealed class EvaluationPage
{
    private const int Lines = 8;

    private readonly IReadOnlyList<EvaluationResult> _results;
    private readonly ITripletDatasetReader _media;
    private readonly IFrameReader _frames;
    private readonly EvaluationPageOptions _options;

    /// <summary>Takes what is shown.</summary>
    /// <param name="results">At least one result; several runs over one data set may be joined.</param>
    /// <param name="media">Knows where pictures lie.</param>
    /// <param name="frames">Reads them.</param>
    /// <param name="options">Headline, numbers of pictures; null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no result.</exception>
    public EvaluationPage(IReadOnlyList<EvaluationResult> results, ITripletDatasetReader media, IFrameReader frames, EvaluationPageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(media);
        ArgumentNullException.ThrowIfNull(frames);
        (_results, _media, _frames, _options) = (results, media, frames, options ?? new EvaluationPageOptions());
        OptionsFaults.ThrowIfAny(_options);
        if (results.Count == 0)
        {
            throw new ArgumentException("A page needs at least one result.", nameof(results));
        }
    }

    /// <summary>Makes the page.</summary>
    /// <param name="cancellationToken">Ends the reading of pictures.</param>
    /// <returns>HTML.</returns>
    public async Task<string> ToHtmlAsync(CancellationToken cancellationToken = default)
    {
        var pictures = new Thumbnails(_media.Locate, _frames, _options);
        var body = new Html();
        AddHead(body);
        PageTables.AddNotes(body, _results);
        PageTables.AddScores(body, _results);
        AddCurves(body);
        await new PageQueries(body, pictures, _results[0], _options).AddAsync(cancellationToken).ConfigureAwait(false);
        AddCharts(body);
        PageTables.AddFingerprints(body, _results);
        var page = new Html();
        page.Add($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{_options.Title}</title><style>{new Html.Raw(PageStyle.Css)}
            {new Html.Raw(pictures.Style)}</style></head><body><main>
            {new Html.Raw(body.ToString())}
            <footer>Written by CoVR for .NET {_results[0].Fingerprint.CodeVersion}. Everything on this page is inside this file.</footer></main></body></html>

            """);
        return page.ToString();
    }

    /// <summary>Writes the page, whole or not at all.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder is made when missing.</param>
    /// <param name="cancellationToken">Ends the work before anything is replaced.</param>
    public async Task WriteAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var html = await ToHtmlAsync(cancellationToken).ConfigureAwait(false);
        var full = Path.GetFullPath(path);
        await ResultFileSet.SaveAsync([new ResultFile(Path.GetFileName(full), html)], Path.GetDirectoryName(full)!, cancellationToken).ConfigureAwait(false);
    }

    private void AddHead(Html html)
    {
        var first = _results[0];
        html.Add($"<h1>{_options.Title}</h1>");
        if (_options.Introduction.Length > 0)
        {
            html.Add($"<p>{_options.Introduction}</p>");
        }

        html.Add($"<ul class=\"facts\"><li>{first.Fingerprint.Dataset}</li><li><b>{first.Coverage.QueriesScored}</b> queries</li><li><b>{first.Coverage.CandidatesPresent}</b> candidates</li><li>{first.Fingerprint.Model}</li></ul>");
    }

    private void AddCurves(Html html)
    {
        (string Name, IReadOnlyList<double> Values)[] lines =
        [
            .. PageTables.FirstKindFirst(_results).Where(result => result.Dataset.Triplets.Any(triplet => triplet.Target is not null))
                .Take(Lines)
                .Select(result => (PageTables.Label(result, _results), RecallCurve(result))),
        ];
        if (lines.Length == 0)
        {
            return;
        }

        var several = _results[0].Dataset.Triplets.Any(triplet => triplet.Answers?.Count > 1) ? " Of several right answers the one that the annotations name first counts." : "";
        var first = _results.Count > lines.Length ? $" The first {lines.Length} of {_results.Count} results." : "";
        html.Add($"<h2>Recall by how far one looks</h2><p>The share of queries whose right answer is among the first hits, over the number of hits.{several}{first}</p><ul class=\"legend\">");
        for (var line = 0; line < lines.Length; line++)
        {
            html.Add($"<li><i class=\"c{line}\"></i>{lines[line].Name}</li>");
        }

        html.Add($"</ul><div class=\"panel\">{Curves.Recall(lines)}</div>");
    }

    private static double[] RecallCurve(EvaluationResult result)
    {
        int?[] ranks =
        [
            .. result.Dataset.Triplets.Zip(result.Rankings)
                .Where(pair => pair.First.Target is not null)
                .Select(pair => RetrievalMetrics.RankOf(pair.Second, pair.First.Target!.Value)),
        ];
        var found = new int[result.Protocol.Depth + 1];
        foreach (var rank in ranks)
        {
            found[rank is { } place && place <= result.Protocol.Depth ? place : 0]++;
        }

        var sum = 0;
        return [.. found.Skip(1).Select(count => 100.0 * (sum += count) / ranks.Length)];
    }

    private void AddCharts(Html html)
    {
        if (_options.Charts.Count == 0)
        {
            return;
        }

        html.Add($"<h2>Curves</h2><div class=\"score\">");
        foreach (var chart in _options.Charts)
        {
            html.Add($"<div class=\"panel\"><h3>{chart.Title}</h3>{(chart.Values.Count < 2 ? new Html.Raw("<p>Nothing was recorded.</p>") : Curves.Run(chart))}</div>");
        }

        html.Add($"</div>");
    }
}
