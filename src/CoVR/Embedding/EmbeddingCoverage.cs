using CoVR.Retrieval;

namespace CoVR.Embedding;

/// <summary>Whether a gallery is complete, and what is missing and why.</summary>
/// <param name="Wanted">How many items are expected.</param>
/// <param name="Missing">Those that are not, in the order of their identities, and why: what was recorded when it failed, what is damaged, or that it was never embedded.</param>
/// <param name="Surplus">How many other items the gallery holds; 0 if the source cannot count.</param>
public sealed record EmbeddingCoverage(int Wanted, IReadOnlyDictionary<MediaId, string> Missing, int Surplus)
{
    /// <summary>Whether nothing is missing.</summary>
    public bool IsComplete => Missing.Count == 0;

    /// <summary>How many of the expected items are present.</summary>
    public int Present => Wanted - Missing.Count;

    /// <summary>Compares embeddings with the items that should have one.</summary>
    /// <param name="source">A gallery or another source of embeddings.</param>
    /// <param name="wanted">The items of the whole job; duplicates count once.</param>
    /// <param name="readValues">Whether every embedding is read: damaged bytes, NaN and infinity then count as missing.</param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What is present and what is missing.</returns>
    public static async Task<EmbeddingCoverage> CheckAsync(
        IEmbeddingSource source, IEnumerable<MediaId> wanted, bool readValues = true, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(wanted);
        MediaId[] ids = [.. wanted.Distinct().Order()];
        var counts = new EmbeddingProgress(ids.Length, TimeProvider.System, progress);
        var gallery = source as IGallery;
        var failures = gallery is null ? new Dictionary<MediaId, EmbeddingFailure>() : await gallery.GetFailuresAsync(cancellationToken).ConfigureAwait(false);
        var missing = new SortedDictionary<MediaId, string>();
        var there = 0;
        foreach (var id in ids)
        {
            var found = await source.ContainsAsync(id, cancellationToken).ConfigureAwait(false);
            there += found ? 1 : 0;
            var fault = found
                ? readValues ? await FaultAsync(source, id, cancellationToken).ConfigureAwait(false) : null
                : failures.GetValueOrDefault(id)?.Reason ?? "has not been embedded yet";
            if (fault is not null)
            {
                missing.Add(id, fault);
            }

            counts.Advance(fault is not null, every: 1000);
        }

        counts.Report();
        var count = gallery is null ? there : await gallery.CountAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return new EmbeddingCoverage(ids.Length, missing, (int)(count - there));
    }

    private static async ValueTask<string?> FaultAsync(IEmbeddingSource source, MediaId id, CancellationToken cancellationToken)
    {
        try
        {
            var item = await source.ReadAsync(id, cancellationToken).ConfigureAwait(false);
            return item is null
                ? "has not been embedded yet"
                : VectorMath.IndexOfNotFinite(item.Values.Span) is var at and >= 0 ? $"its embedding contains NaN or infinity at index {at}" : null;
        }
        catch (GalleryException error)
        {
            return error.Reason;
        }
    }
}
