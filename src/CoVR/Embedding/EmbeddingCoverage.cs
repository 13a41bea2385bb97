namespace CoVR;

/// <summary>An item without a usable embedding.</summary>
/// <param name="Id">The item.</param>
/// <param name="Reason">Why: what was remembered when it failed, what is damaged, or that it was never embedded.</param>
public sealed record MissingEmbedding(MediaId Id, string Reason);

/// <summary>Whether a store holds everything that it should, and what it lacks and why.</summary>
/// <param name="Wanted">How many items should be there.</param>
/// <param name="Missing">Those that are not, in the order of their identities.</param>
/// <param name="Surplus">How many other items the store holds.</param>
public sealed record EmbeddingCoverage(int Wanted, IReadOnlyList<MissingEmbedding> Missing, int Surplus)
{
    /// <summary>Whether nothing is missing.</summary>
    public bool IsComplete => Missing.Count == 0;

    /// <summary>How many of the wanted items are there.</summary>
    public int Present => Wanted - Missing.Count;

    /// <summary>Compares a store with the items that it should hold.</summary>
    /// <param name="store">The store, opened when no worker was writing any more.</param>
    /// <param name="wanted">The items of the whole job; twice the same counts once.</param>
    /// <param name="readValues">Whether every embedding is read: damaged bytes, NaN and infinity then count as missing.</param>
    /// <param name="progress">Told now and then; may be null.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What is there and what is not.</returns>
    public static async Task<EmbeddingCoverage> CheckAsync(
        IEmbeddingStore store, IEnumerable<MediaId> wanted, bool readValues = true, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(wanted);
        MediaId[] ids = [.. wanted.Distinct().Order()];
        var tally = new EmbeddingTally(ids.Length, TimeProvider.System, progress);
        var failures = store is IFailureMemory memory ? await memory.RecallAsync(cancellationToken).ConfigureAwait(false) : new Dictionary<MediaId, RememberedFailure>();
        var missing = new List<MissingEmbedding>();
        var there = 0;
        foreach (var id in ids)
        {
            var found = await store.ContainsAsync(id, cancellationToken).ConfigureAwait(false);
            there += found ? 1 : 0;
            var fault = found
                ? readValues ? await FaultAsync(store, id, cancellationToken).ConfigureAwait(false) : null
                : failures.GetValueOrDefault(id)?.Reason ?? "was not embedded yet";
            if (fault is not null)
            {
                missing.Add(new MissingEmbedding(id, fault));
            }

            tally.Advance(fault is not null, every: 1000);
        }

        tally.Report();
        return new EmbeddingCoverage(ids.Length, missing, store.Count - there);
    }

    private static async ValueTask<string?> FaultAsync(IEmbeddingStore store, MediaId id, CancellationToken cancellationToken)
    {
        try
        {
            var item = await store.ReadAsync(id, cancellationToken).ConfigureAwait(false);
            return item is null
                ? "was not embedded yet"
                : VectorMath.IndexOfNotFinite(item.Values.Span) is var at and >= 0 ? $"number {at} of its embedding is NaN or infinite" : null;
        }
        catch (EmbeddingStoreException error)
        {
            return error.Reason;
        }
    }
}
