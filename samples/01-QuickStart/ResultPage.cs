using System.Globalization;
using System.Net;
using System.Text;
using CoVR;
using CoVR.Data;
using CoVR.Datasets.Synthetic;

namespace QuickStart;

/// <summary>Writes one page that needs nothing beside itself: figures, queries, answers, pictures.</summary>
internal sealed class ResultPage(IFrameReader frames, ITripletDatasetReader reader, TripletDataset test, Metrics metrics)
{
    private const int Shown = 6;
    private const int Examples = 14;
    private const int Misses = 6;

    private readonly Picture _picture = new(frames, reader);

    /// <summary>The losses of each stage, step by step.</summary>
    public required IReadOnlyList<(string Stage, IReadOnlyList<double> Losses)> Losses { get; init; }

    /// <summary>The hits of each test query.</summary>
    public required IReadOnlyList<IReadOnlyList<SearchHit>> Composed { get; init; }

    /// <summary>Queries beyond the test set.</summary>
    public required IReadOnlyList<Question> Questions { get; init; }

    /// <summary>What was written to the disk.</summary>
    public required SyntheticWorldFiles World { get; init; }

    /// <summary>Writes the page.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Composed retrieval, learnt in minutes</title><style>{PageStyle.Css}</style></head><body><main>
            <h1>A picture and a sentence in, the right picture out</h1>
            <p>A small {metrics.Model} was trained from nothing on {World.Pictures} pictures and {World.Clips} clips of coloured shapes. It now answers
            questions of two parts, what to start from and what to change, about combinations that it never saw in training.</p>
            <ul class="facts"><li><b>{metrics.Sizes.Queries}</b> test queries</li><li><b>{metrics.Sizes.Gallery}</b> candidates</li>
            <li>seed <b>{metrics.Seed}</b></li><li><b>{metrics.Seconds:F0} s</b> in all</li></ul>
            """);
        AppendScores(html);
        await AppendExamplesAsync(html, cancellationToken);
        await AppendQuestionsAsync(html, cancellationToken);
        AppendTraining(html);
        html.Append("<footer>Written by samples/01-QuickStart of CoVR for .NET. Everything on this page is inside this file.</footer></main></body></html>\n");
        await File.WriteAllTextAsync(path, html.ToString(), cancellationToken);
    }

    private void AppendScores(StringBuilder html)
    {
        html.Append("<h2>How often the right one comes first</h2><p>Recall at 1, 5 and 10, in percent. The gallery holds every query's unchanged reference and near misses: the right change on the wrong object. Neither the text nor the picture alone can answer.</p><div class=\"score\">");
        foreach (var (kind, values) in metrics.Results)
        {
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"panel{(kind == "composed" ? " main" : "")}\"><h3>{Title(kind)}</h3>");
            foreach (var name in Metrics.Names)
            {
                html.Append(CultureInfo.InvariantCulture, $"<div class=\"bar\"><span>{name}</span><i style=\"--w:{values[name]:F1}%\"></i><b>{values[name]:F1} %</b></div>");
            }

            html.Append("</div>");
        }

        html.Append("</div><table><tr><th>With the reference left out of the search, as WebVid-CoVR scores</th><th>R@1</th><th>R@5</th><th>R@10</th></tr>");
        foreach (var (kind, values) in metrics.ReferenceLeftOut)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th>{Title(kind)}</th>{string.Concat(Metrics.Names.Select(name => string.Create(CultureInfo.InvariantCulture, $"<td>{values[name]:F1}</td>")))}</tr>");
        }

        html.Append("</table>");
    }

    private async Task AppendExamplesAsync(StringBuilder html, CancellationToken cancellationToken)
    {
        var ranks = Composed.Select((hits, i) => hits.FirstOrDefault(hit => hit.Id == test.Triplets[i].Target)?.Rank).ToArray();
        var clips = Enumerable.Range(0, ranks.Length).Where(i => IsClip(test.Triplets[i].Reference) || IsClip(test.Triplets[i].Target!.Value));
        html.Append("<h2>Test queries</h2><p>Queries at equal distances through the test set, then the first with clips (▶), as they came out. The right answer is marked green; below each picture its place and its similarity.</p>");
        var spread = Enumerable.Range(0, Examples / 2).Select(i => i * ranks.Length / (Examples / 2));
        int[] examples = [.. spread.Union(clips.Take(Examples / 2))];
        foreach (var query in examples)
        {
            await AppendQueryAsync(html, query, ranks[query], cancellationToken);
        }

        html.Append("<h2>Where it goes wrong</h2><p>The first other test queries whose best hit is not the right one.</p>");
        foreach (var query in Enumerable.Range(0, ranks.Length).Except(examples).Where(i => ranks[i] != 1).Take(Misses))
        {
            await AppendQueryAsync(html, query, ranks[query], cancellationToken);
        }
    }

    private async Task AppendQueryAsync(StringBuilder html, int query, int? rank, CancellationToken cancellationToken)
    {
        var triplet = test.Triplets[query];
        await AppendAskAsync(html, triplet.Reference, triplet.Modification, triplet.TargetCaption is { } caption ? $"wanted: {caption}" : "", cancellationToken);
        html.Append("<ol class=\"hits\">");
        foreach (var hit in Composed[query].Take(Shown))
        {
            await AppendHitAsync(html, hit, hit.Id == triplet.Target, hit.Id == triplet.Reference, cancellationToken);
        }

        if (rank is null or > Shown)
        {
            var place = rank is null ? "not among the first 50" : string.Create(CultureInfo.InvariantCulture, $"at place {rank}");
            html.Append($"<li class=\"right missed\">{await _picture.OfAsync(triplet.Target!.Value, cancellationToken)}<small>{place}</small></li>");
        }

        html.Append("</ol></section>");
    }

    private async Task AppendQuestionsAsync(StringBuilder html, CancellationToken cancellationToken)
    {
        html.Append("<h2>Asked through IComposedRetriever</h2><p>Sentences of our own to pictures of the gallery, answered by the same call that a host application makes.</p>");
        foreach (var question in Questions)
        {
            await AppendAskAsync(html, question.Reference, question.Edit, "", cancellationToken);
            html.Append("<ol class=\"hits\">");
            foreach (var hit in question.Hits.Take(Shown))
            {
                await AppendHitAsync(html, hit, false, false, cancellationToken);
            }

            html.Append("</ol></section>");
        }
    }

    private async Task AppendAskAsync(StringBuilder html, MediaId reference, string edit, string note, CancellationToken cancellationToken) => html.Append(
        $"<section class=\"query\"><div class=\"ask\">{await _picture.OfAsync(reference, cancellationToken)}<div><q>{WebUtility.HtmlEncode(edit)}</q><small>{WebUtility.HtmlEncode(note)}</small></div></div>");

    private async Task AppendHitAsync(StringBuilder html, SearchHit hit, bool isRight, bool isReference, CancellationToken cancellationToken)
    {
        html.Append(CultureInfo.InvariantCulture, $"<li{(isRight ? " class=\"right\"" : "")}>{await _picture.OfAsync(hit.Id, cancellationToken)}<small>{(isRight ? "✓ " : "")}{hit.Rank} · {hit.Score:F2}{(isReference ? "<br>unchanged" : "")}</small></li>");
    }

    private void AppendTraining(StringBuilder html)
    {
        html.Append("<h2>How it learnt</h2><p>First pictures against captions, with all weights; then references and edits against the stored embeddings of their targets, with the visual encoder frozen.</p><div class=\"score\">");
        foreach (var (stage, losses) in Losses)
        {
            html.Append($"<div class=\"panel\"><h3>Loss on {WebUtility.HtmlEncode(stage)}</h3>{LossChart.Draw(losses)}</div>");
        }

        html.Append("</div>");
    }

    private static string Title(string kind) => kind switch
    {
        "composed" => "Picture and text",
        "text-only" => "Text alone",
        _ => "Picture alone",
    };

    private bool IsClip(MediaId id) => reader.Locate(id) is FileMedia { Path: var path } && path.EndsWith(".mp4", StringComparison.Ordinal);
}
