using System.Diagnostics;

namespace CoVR.Retrieval;

/// <summary>Lets the reranker of a pipeline order the best hits of a search.</summary>
internal sealed class RerankingPass(RetrievalPipeline pipeline)
{
    /// <summary>What the gallery is asked for, so that a page of answers can be cut from the reranked ones.</summary>
    public SearchOptions Widen(SearchOptions asked) => pipeline.Reranker is null || asked.Offset >= pipeline.RerankedHits
        ? asked
        : asked with { Offset = 0, Top = Math.Max(pipeline.RerankedHits, (int)Math.Min(int.MaxValue, (long)asked.Offset + asked.Top)) };

    /// <summary>The page of answers that was asked for.</summary>
    public SearchResult Narrow(SearchResult result, SearchOptions asked) => ReferenceEquals(Widen(asked), asked)
        ? result
        : result with { Hits = [.. result.Hits.Skip(asked.Offset).Take(asked.Top)] };

    /// <summary>Reranks.</summary>
    public async Task<SearchResult> RunAsync(ComposedQuery query, SearchResult first, Func<MediaId, MediaSource?>? locate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(first);
        if (pipeline.Reranker is not { } reranker || first.Hits.Count < 2 || first.Hits[0].Rank != 1 || IsSure(first.Hits, reranker))
        {
            return first;
        }

        var start = Stopwatch.GetTimestamp();
        SearchHit[] hits = [.. first.Hits.Take(pipeline.RerankedHits)];
        locate ??= await FilesAsync(hits, cancellationToken).ConfigureAwait(false);
        var scores = await reranker.ScoreAsync(query, [.. hits.Select(hit => (hit, locate(hit.Id) is { } media ? AtMoment(media, hit) : null))], cancellationToken).ConfigureAwait(false);
        if (scores.Count == 0)
        {
            return first;
        }

        Require(reranker, hits, scores);
        return first with
        {
            Hits = [.. Order(hits, scores), .. first.Hits.Skip(hits.Length)],
            RerankedCandidates = scores.Count(score => score.Fault is null),
            RerankFaults = [.. scores.Select(score => score.Fault).OfType<CoVRException>()],
            RerankingTime = Stopwatch.GetElapsedTime(start),
        };
    }

    private bool IsSure(IReadOnlyList<SearchHit> hits, IReranker reranker) => (pipeline.ConfidentMargin ?? reranker.ConfidentMargin) is { } margin && hits[0].Score - hits[1].Score >= margin;

    // Of a video, what answers the query.
    private static MediaSource AtMoment(MediaSource media, SearchHit hit) => hit.Moment is { } moment ? media.Between(moment.Best, moment.Best) : media;

    private async Task<Func<MediaId, MediaSource?>> FilesAsync(SearchHit[] hits, CancellationToken cancellationToken)
    {
        var entries = await pipeline.Gallery.GetAsync([.. hits.Select(hit => hit.Id)], cancellationToken).ConfigureAwait(false);
        var files = entries.Where(entry => entry.Properties.Source is not null).ToDictionary(entry => entry.Id, entry => MediaSource.FromFile(entry.Properties.Source!));
        return files.GetValueOrDefault;
    }

    // What has a fault stays where it is; the others share the rest of the places by their scores, equal ones in the order of the first pass.
    private static IEnumerable<SearchHit> Order(SearchHit[] hits, IReadOnlyList<(float Score, CoVRException? Fault)> scores)
    {
        var scored = new Queue<int>(Enumerable.Range(0, hits.Length).Where(i => scores[i].Fault is null).OrderByDescending(i => scores[i].Score));
        for (var place = 0; place < hits.Length; place++)
        {
            if (scores[place].Fault is not null)
            {
                yield return hits[place];
                continue;
            }

            var i = scored.Dequeue();
            yield return hits[i] with { Rank = place + 1, FirstRank = hits[i].Rank, RerankScore = scores[i].Score };
        }
    }

    private static void Require(IReranker reranker, SearchHit[] hits, IReadOnlyList<(float Score, CoVRException? Fault)> scores)
    {
        if (scores.Count != hits.Length)
        {
            throw new InvalidOperationException($"The reranker {reranker.Name} returned {scores.Count} scores for {hits.Length} candidates; it must return one for each, or none.");
        }

        var wrong = Enumerable.Range(0, hits.Length).FirstOrDefault(i => scores[i].Fault is null && !float.IsFinite(scores[i].Score), -1);
        if (wrong >= 0)
        {
            throw new InvalidOperationException($"The reranker {reranker.Name} scored '{hits[wrong].Id}' {scores[wrong].Score}; scores must be finite.");
        }
    }
}
