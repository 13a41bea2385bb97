using System.Diagnostics;
using System.Security.Claims;
using CoVR.AspNetCore.Api;
using CoVR.AspNetCore.Safety;
using CoVR.Retrieval;

namespace CoVR.AspNetCore.Search;

/// <summary>The answer to a search.</summary>
internal sealed record SearchAnswer
{
    public required IReadOnlyList<HitView> Hits { get; init; }

    /// <summary>How many items were considered.</summary>
    public required long Candidates { get; init; }

    public bool Exact { get; init; } = true;

    /// <summary>The score that random items hardly reach; null where the gallery is too small to tell.</summary>
    public float? Cutoff { get; init; }

    public required int Offset { get; init; }

    /// <summary>Whether a page follows, at offset + top.</summary>
    public required bool More { get; init; }

    public required SearchMilliseconds Milliseconds { get; init; }

    public required SearchEcho Query { get; init; }
}

internal sealed record SearchMilliseconds(double Reading, double Encoding, double Searching);

/// <summary>The parts as a next turn sends them.</summary>
internal sealed record SearchEcho(IReadOnlyList<SearchPart> Parts);

/// <summary>Searches for callers: scope and filters go into the gallery, never after it.</summary>
internal sealed class SearchService(WebPipeline web)
{
    // Sorted by time, this many of the most relevant hits are.
    private const int MostSorted = 1000;

    private readonly RelevanceCutoff _cutoff = new(web.Time);

    public async Task<SearchAnswer> SearchAsync(SearchRequest request, IReadOnlyDictionary<string, byte[]> files, ClaimsPrincipal user, ItemLinks links, CancellationToken cancellationToken)
    {
        request.RequireValid();
        var pipeline = await web.GetAsync(cancellationToken).ConfigureAwait(false);
        var scope = await web.ScopeOfAsync(user, cancellationToken).ConfigureAwait(false);
        using var place = await web.Limits.SearchAsync(cancellationToken).ConfigureAwait(false);
        if (request.Parts.Count == 0)
        {
            return await ListAsync(request, ItemFilter.Within(scope, request.Filter), links, cancellationToken).ConfigureAwait(false);
        }

        var start = Stopwatch.GetTimestamp();
        var query = await new QueryComposer(web, pipeline, user).ComposeAsync(request.Parts, files, cancellationToken).ConfigureAwait(false);
        var read = Stopwatch.GetTimestamp();
        var embedding = await EmbedAsync(pipeline, query, cancellationToken).ConfigureAwait(false);
        var encoded = Stopwatch.GetTimestamp();
        var cutoff = await _cutoff.OfAsync(pipeline, web.Similarity, embedding, (scope is null ? "" : $"of {SessionTokens.NameOf(user)}", scope), cancellationToken).ConfigureAwait(false);
        var exclude = request.Exclude.Where(id => !string.IsNullOrWhiteSpace(id)).Select(id => new MediaId(id)).Concat(query.Items).ToHashSet();
        var (result, hits, more) = await FindAsync(pipeline.Gallery, request, new GalleryQuery(embedding, OptionsOf(request, cutoff) with { Filter = ItemFilter.Within(scope, request.Filter), Exclude = exclude }), cancellationToken).ConfigureAwait(false);
        var views = await ViewAsync(pipeline.Gallery, hits, request.Collapse, scope, links, cancellationToken).ConfigureAwait(false);
        return new SearchAnswer
        {
            Hits = views,
            Candidates = result.Candidates,
            Exact = result.IsExact,
            Cutoff = cutoff,
            Offset = request.Offset,
            More = more,
            Milliseconds = new(Between(start, read), Between(read, encoded), Between(encoded, Stopwatch.GetTimestamp())),
            Query = new(query.Parts),
        };
    }

    /// <summary>Items like one that exists for the caller, by their stored embeddings.</summary>
    public async Task<SearchAnswer> SimilarAsync(string id, int offset, int top, ClaimsPrincipal user, ItemLinks links, CancellationToken cancellationToken)
    {
        SearchRequest.RequirePage(offset, top);
        var item = await web.FindAsync(user, id, cancellationToken).ConfigureAwait(false);
        return await SearchAsync(new SearchRequest { Parts = [new SearchPart { Item = item.Id.Value }], Offset = offset, Top = top }, new Dictionary<string, byte[]>(), user, links, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists items; the caller holds a place among the searches.</summary>
    public async Task<SearchAnswer> ListAsync(SearchRequest request, GalleryFilter? filter, ItemLinks links, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var gallery = (await web.GetAsync(cancellationToken).ConfigureAwait(false)).Gallery;
        var exclude = request.Exclude.ToHashSet(StringComparer.Ordinal);
        var items = await gallery.ListAsync(filter, cancellationToken).Where(item => !exclude.Contains(item.Id.Value)).ToListAsync(cancellationToken).ConfigureAwait(false);
        if (request.Sort is not SortOrder.Name)
        {
            items.Sort((one, other) => TimeOf(other.Properties).CompareTo(TimeOf(one.Properties)) is not 0 and var order ? order : one.Id.CompareTo(other.Id));
        }

        GalleryItem[] page = [.. items.Skip(request.Offset).Take(request.Top)];
        var times = (await gallery.GetAsync([.. page.Where(item => item.Properties.Kind == MediaKind.Video).Select(item => item.Id)], cancellationToken).ConfigureAwait(false)).ToDictionary(entry => entry.Id, entry => entry.FrameTimes);
        return new SearchAnswer
        {
            Hits = [.. page.Select((item, i) => ItemView.Of<HitView>(item, links, times.GetValueOrDefault(item.Id)) with { Rank = request.Offset + i + 1 })],
            Candidates = items.Count,
            Offset = request.Offset,
            More = items.Count > request.Offset + request.Top,
            Milliseconds = new(0, 0, Between(start, Stopwatch.GetTimestamp())),
            Query = new([]),
        };
    }

    private static double Between(long start, long end) => Math.Round(Stopwatch.GetElapsedTime(start, end).TotalMilliseconds, 2);

    private static DateTimeOffset TimeOf(GalleryProperties of) => of.Taken ?? of.Modified ?? DateTimeOffset.MinValue;

    private async Task<EmbeddingSet> EmbedAsync(RetrievalPipeline pipeline, PreparedQuery query, CancellationToken cancellationToken)
    {
        if (web.Queries.TryGet(query.Key, out var known))
        {
            return known;
        }

        var embedding = (await pipeline.EmbedQueriesAsync([query.Query], cancellationToken).ConfigureAwait(false))[0];
        web.Queries.Add(query.Key, embedding, 1);
        return embedding;
    }

    // One hit more tells whether a page follows.
    private static SearchOptions OptionsOf(SearchRequest request, float? cutoff) => request.Sort == SortOrder.Time
        ? new SearchOptions { Top = MostSorted, MinimumScore = request.MinScore ?? cutoff }
        : new SearchOptions { Top = request.Top + 1, Offset = request.Offset, MinimumScore = request.MinScore };

    private static async Task<(SearchResult Result, IReadOnlyList<SearchHit> Hits, bool More)> FindAsync(IGallery gallery, SearchRequest request, GalleryQuery query, CancellationToken cancellationToken)
    {
        var result = (await gallery.SearchAsync([query], cancellationToken).ConfigureAwait(false))[0];
        if (request.Sort != SortOrder.Time)
        {
            return (result, [.. result.Hits.Take(request.Top)], result.Hits.Count > request.Top);
        }

        var entries = await gallery.GetAsync([.. result.Hits.Select(hit => hit.Id)], cancellationToken).ConfigureAwait(false);
        var times = entries.ToDictionary(entry => entry.Id, entry => TimeOf(entry.Properties));
        SearchHit[] sorted = [.. result.Hits.Where(hit => times.ContainsKey(hit.Id)).OrderByDescending(hit => times[hit.Id]).ThenBy(hit => hit.Rank)];
        return (result, [.. sorted.Skip(request.Offset).Take(request.Top)], sorted.Length > request.Offset + request.Top);
    }

    private static async Task<IReadOnlyList<HitView>> ViewAsync(IGallery gallery, IReadOnlyList<SearchHit> hits, bool collapses, GalleryFilter? scope, ItemLinks links, CancellationToken cancellationToken)
    {
        var byId = hits.ToDictionary(hit => hit.Id);
        var entries = await gallery.GetAsync([.. byId.Keys], cancellationToken).ConfigureAwait(false);
        GalleryEntry[] seen = [.. entries.Where(entry => scope is null || scope.Matches(new GalleryItem(entry.Id, entry.Properties)))]; // an item may have changed since the search
        var groups = collapses ? NearDuplicates.Group(seen) : [.. Enumerable.Range(0, seen.Length)];
        return
        [
            .. Enumerable.Range(0, seen.Length).GroupBy(i => groups[i]).Select(group => ViewOf(byId[seen[group.Key].Id], seen[group.Key], links) with
            {
                Duplicates = [.. group.Skip(1).Select(i => seen[i].Id.Value)],
            }),
        ];
    }

    private static HitView ViewOf(SearchHit hit, GalleryEntry entry, ItemLinks links) => ItemView.Of<HitView>(new GalleryItem(entry.Id, entry.Properties), links, entry.FrameTimes) with
    {
        Score = hit.Score,
        Rank = hit.Rank,
        Moment = hit.Moment is { } moment ? new MomentView(moment.Best.TotalSeconds, moment.Start.TotalSeconds, moment.End.TotalSeconds) : null,
    };
}
