using CoVR.AspNetCore.Safety;
using CoVR.Retrieval;

namespace CoVR.AspNetCore.Search;

/// <summary>
/// Separates relevant hits from the rest: a query's scores of random items of the gallery, nearly all of them irrelevant, say how high chance reaches for this query and
/// this model. The cut-off lies three robust standard deviations (1.4826 times the median deviation) above their median.
/// </summary>
internal sealed class RelevanceCutoff(TimeProvider time)
{
    private const int SampleSize = 256;
    private const int LeastSample = 32;
    private const double Deviations = 3;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // One sample for each kind of caller: what a caller may not see does not move its cut-off.
    private readonly BoundedStore<(IReadOnlyList<EmbeddingSet> Items, DateTimeOffset Ends)> _samples = new(limit: 32);

    /// <summary>The cut-off of one query.</summary>
    /// <param name="pipeline">Model and gallery.</param>
    /// <param name="similarity">Compares.</param>
    /// <param name="query">[1, Q, D].</param>
    /// <param name="scope">The caller's items, and a name of them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The lowest score of a relevant item; null where the gallery is too small to tell.</returns>
    public async Task<float?> OfAsync(RetrievalPipeline pipeline, ISimilarity similarity, EmbeddingSet query, (string Name, GalleryFilter? Filter) scope, CancellationToken cancellationToken)
    {
        if (!_samples.TryGet(scope.Name, out var sample) || sample.Ends < time.GetUtcNow())
        {
            var items = await DrawAsync(pipeline, similarity, scope.Filter, cancellationToken).ConfigureAwait(false);
            sample = (items, time.GetUtcNow() + (items.Count < LeastSample ? TimeSpan.FromSeconds(10) : Lifetime));
            _samples.Add(scope.Name, sample, 1);
        }

        return sample.Items.Count < LeastSample ? null : Of([.. sample.Items.Select(item => similarity.Score(query, item))]);
    }

    /// <summary>The cut-off above scores of random items.</summary>
    internal static float Of(float[] scores)
    {
        var median = Median(scores);
        var deviation = Median([.. scores.Select(score => Math.Abs(score - median))]);
        return (float)(median + (Deviations * 1.4826 * deviation));
    }

    private static float Median(float[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static async Task<IReadOnlyList<EmbeddingSet>> DrawAsync(RetrievalPipeline pipeline, ISimilarity similarity, GalleryFilter? filter, CancellationToken cancellationToken)
    {
        var (drawn, seen, random) = (new List<MediaId>(SampleSize), 0, new Random(1));
        await foreach (var item in pipeline.Gallery.ListAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            if (drawn.Count < SampleSize)
            {
                drawn.Add(item.Id);
            }
            else if (random.Next(seen + 1) is < SampleSize and var place)
            {
                drawn[place] = item.Id;
            }

            seen++;
        }

        var entries = await pipeline.Gallery.GetAsync(drawn, cancellationToken).ConfigureAwait(false);
        return [.. entries.Select(entry => similarity.PoolsFrames ? entry.Embedding : pipeline.Pooling.Pool(entry.Embedding))];
    }
}
