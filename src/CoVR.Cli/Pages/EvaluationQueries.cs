using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Cli.Pages;

/// <summary>Queries under one headline.</summary>
internal sealed record QuerySection(string Title, string Text, IReadOnlyList<ShownQuery> Queries);

/// <summary>A query with its hits.</summary>
internal sealed record ShownQuery(PagePicture Picture, string Text, string Note, IReadOnlyList<ShownHit> Hits);

/// <summary>A hit, marked by its classes of the style sheet.</summary>
internal sealed record ShownHit(PagePicture Picture, string Class, string Text, bool IsReference = false);

/// <summary>Chooses the queries of one result that a page shows, and reads their pictures.</summary>
internal sealed class EvaluationQueries(PagePictures pictures, EvaluationResult result, EvaluationPageOptions options)
{
    private readonly IReadOnlyList<Triplet> _triplets = result.Dataset.Triplets;

    private readonly int?[] _ranks =
        [.. result.Dataset.Triplets.Zip(result.Rankings, (triplet, hits) => triplet.Target is { } target ? RetrievalMetrics.RankOf(hits, target) : null)];

    public async Task<IReadOnlyList<QuerySection>> SectionsAsync(CancellationToken cancellationToken)
    {
        List<QuerySection> sections = [];
        foreach (var (title, text, queries) in Chosen().Where(part => part.Queries.Length > 0))
        {
            List<ShownQuery> shown = [];
            foreach (var query in queries)
            {
                shown.Add(await ShowAsync(query, cancellationToken));
            }

            sections.Add(new QuerySection(title, text, shown));
        }

        return options.Questions.Count == 0 ? sections : [.. sections, await QuestionsAsync(cancellationToken)];
    }

    private IEnumerable<(string Title, string Text, int[] Queries)> Chosen()
    {
        var rules = $"{EvaluationModel.NameOf(result.Query)}, {result.Variant.Name} rules.";
        var by = $"{rules} The right answer is marked green; below each picture are its rank and its similarity.";
        var wanted = options.Shown.ToHashSet(StringComparer.Ordinal);
        var all = Enumerable.Range(0, result.Rankings.Count).ToArray();
        int[] shown = [.. all.Where(query => wanted.Contains(_triplets[query].Id))];
        int[] others = [.. all.Except(shown)];
        int[] scored = [.. others.Where(query => _triplets[query].Target is not null)];
        yield return ("Queries", by, shown);
        if (all.All(query => _triplets[query].Target is null))
        {
            yield return ("What was found", $"Queries taken evenly from the data set. The answers of this split are hidden. {rules}", Spread(others, options.Successes + options.Failures));
        }

        yield return ("What it gets right", $"Queries whose right answer came first, taken evenly from the data set. {by}", Spread([.. scored.Where(query => _ranks[query] == 1)], options.Successes));
        yield return ("What it gets wrong", "Queries whose right answer did not come first, taken evenly from the data set.", Spread([.. scored.Where(query => _ranks[query] != 1)], options.Failures));
    }

    private static int[] Spread(int[] queries, int count) =>
        [.. Enumerable.Range(0, Math.Min(count, queries.Length)).Select(i => queries[(int)((long)i * queries.Length / Math.Min(count, queries.Length))])];

    private async Task<ShownQuery> ShowAsync(int query, CancellationToken cancellationToken)
    {
        var triplet = _triplets[query];
        var reference = await pictures.OfAsync(triplet.Reference, cancellationToken);
        var hits = await HitsAsync(result.Rankings[query], triplet.Reference, hit => hit.Id == triplet.Target || triplet.Answers?.GetValueOrDefault(hit.Id) > 0, cancellationToken);
        if (triplet.Target is { } target && (_ranks[query] is null || _ranks[query] > options.Hits))
        {
            var text = _ranks[query] is { } rank ? $"at rank {rank}" : $"not among the first {result.Rankings[query].Count}";
            hits.Add(new ShownHit(await pictures.OfAsync(target, cancellationToken), "right missed", text));
        }

        return new ShownQuery(reference, triplet.Modification, triplet.TargetCaption is { } caption ? $"wanted: {caption}" : "", hits);
    }

    private async Task<QuerySection> QuestionsAsync(CancellationToken cancellationToken)
    {
        List<ShownQuery> shown = [];
        foreach (var question in options.Questions)
        {
            var reference = await pictures.OfAsync(question.Reference, cancellationToken);
            shown.Add(new ShownQuery(reference, question.Modification, "", await HitsAsync(question.Hits, question.Reference, _ => false, cancellationToken)));
        }

        return new QuerySection("Other questions", "This query is not in the data set, so no right answer is marked.", shown);
    }

    private async Task<List<ShownHit>> HitsAsync(IEnumerable<SearchHit> hits, MediaId reference, Func<SearchHit, bool> isRight, CancellationToken cancellationToken)
    {
        List<ShownHit> shown = [];
        foreach (var hit in hits.Take(options.Hits))
        {
            var picture = await pictures.OfAsync(hit.Id, cancellationToken);
            var score = float.IsFinite(hit.Score) ? EvaluationModel.Signed($"{hit.Score:F2}") : "last";
            shown.Add(new ShownHit(picture, isRight(hit) ? "right" : "", $"{(isRight(hit) ? "✓ " : "")}{hit.Rank} · {score}", hit.Id == reference));
        }

        return shown;
    }
}
