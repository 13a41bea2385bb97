using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>The queries of one result with pictures.</summary>
internal sealed class PageQueries(Html html, Thumbnails pictures, EvaluationResult result, EvaluationPageOptions options)
{
    private readonly int?[] _ranks =
        [.. result.Dataset.Triplets.Zip(result.Rankings, (triplet, hits) => triplet.Target is { } target ? RetrievalMetrics.RankOf(hits, target) : null)];

    public async Task AddAsync(CancellationToken cancellationToken)
    {
        var wanted = options.Shown.ToHashSet(StringComparer.Ordinal);
        var all = Enumerable.Range(0, result.Rankings.Count).ToArray();
        int[] shown = [.. all.Where(query => wanted.Contains(result.Dataset.Triplets[query].Id))];
        int[] rest = [.. all.Except(shown).Where(query => result.Dataset.Triplets[query].Target is not null)];
        var by = $"{PageTables.Title(result.Query)}, {result.Variant.Name} rules. The right answer is marked green; below each picture its place and its similarity.";
        await AddAsync("Queries", $"{by}", shown, cancellationToken).ConfigureAwait(false);
        if (all.All(query => result.Dataset.Triplets[query].Target is null))
        {
            await AddAsync("What was found", $"Queries at equal distances through the data set. The answers of this split are hidden. {PageTables.Title(result.Query)}, {result.Variant.Name} rules.", Spread([.. all.Except(shown)], options.Successes + options.Failures), cancellationToken).ConfigureAwait(false);
        }

        await AddAsync("Where it goes well", $"Queries whose right answer came first, at equal distances through the data set. {by}", Spread([.. rest.Where(query => _ranks[query] == 1)], options.Successes), cancellationToken).ConfigureAwait(false);
        await AddAsync("Where it goes wrong", "Queries whose right answer did not come first, at equal distances through the data set.", Spread([.. rest.Where(query => _ranks[query] != 1)], options.Failures), cancellationToken).ConfigureAwait(false);
        await AddQuestionsAsync(cancellationToken).ConfigureAwait(false);
    }

    private static int[] Spread(int[] queries, int count) =>
        [.. Enumerable.Range(0, Math.Min(count, queries.Length)).Select(i => queries[(int)((long)i * queries.Length / Math.Min(count, queries.Length))])];

    private async Task AddAsync(string title, string text, int[] queries, CancellationToken cancellationToken)
    {
        if (queries.Length == 0)
        {
            return;
        }

        html.Add($"<h2>{title}</h2><p>{text}</p>");
        foreach (var query in queries)
        {
            await AddQueryAsync(query, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AddQueryAsync(int query, CancellationToken cancellationToken)
    {
        var triplet = result.Dataset.Triplets[query];
        await AddAskAsync(triplet.Reference, triplet.Modification, triplet.TargetCaption is { } caption ? $"wanted: {caption}" : "", cancellationToken).ConfigureAwait(false);
        foreach (var hit in result.Rankings[query].Take(options.Hits))
        {
            var isRight = hit.Id == triplet.Target || triplet.Answers?.GetValueOrDefault(hit.Id) > 0;
            await AddHitAsync(hit, isRight, hit.Id == triplet.Reference, cancellationToken).ConfigureAwait(false);
        }

        if (triplet.Target is { } target && (_ranks[query] is null || _ranks[query] > options.Hits))
        {
            var picture = await pictures.OfAsync(target, cancellationToken).ConfigureAwait(false);
            html.Add($"<li class=\"right missed\">{new Html.Raw(picture)}<small>{(_ranks[query] is { } rank ? $"at place {rank}" : $"not among the first {result.Rankings[query].Count}")}</small></li>");
        }

        html.Add($"</ol></section>");
    }

    private async Task AddQuestionsAsync(CancellationToken cancellationToken)
    {
        if (options.Questions.Count == 0)
        {
            return;
        }

        html.Add($"<h2>Other questions</h2><p>Asked beyond the data set: nobody has marked the right answer.</p>");
        foreach (var question in options.Questions)
        {
            await AddAskAsync(question.Reference, question.Modification, "", cancellationToken).ConfigureAwait(false);
            foreach (var hit in question.Hits.Take(options.Hits))
            {
                await AddHitAsync(hit, false, hit.Id == question.Reference, cancellationToken).ConfigureAwait(false);
            }

            html.Add($"</ol></section>");
        }
    }

    private async Task AddAskAsync(MediaId reference, string text, string note, CancellationToken cancellationToken)
    {
        var picture = await pictures.OfAsync(reference, cancellationToken).ConfigureAwait(false);
        html.Add($"<section class=\"query\"><div class=\"ask\">{new Html.Raw(picture)}<div><q dir=\"auto\">{text}</q><small dir=\"auto\">{note}</small></div></div><ol class=\"hits\">");
    }

    private async Task AddHitAsync(SearchHit hit, bool isRight, bool isReference, CancellationToken cancellationToken)
    {
        var picture = await pictures.OfAsync(hit.Id, cancellationToken).ConfigureAwait(false);
        var score = float.IsFinite(hit.Score) ? PageTables.Signed($"{hit.Score:F2}") : "last";
        html.Add($"<li{new Html.Raw(isRight ? " class=\"right\"" : "")}>{new Html.Raw(picture)}<small>{(isRight ? "✓ " : "")}{hit.Rank} · {score}{new Html.Raw(isReference ? "<br>unchanged" : "")}</small></li>");
    }
}
