namespace CoVR;

/// <summary>What was remembered of an item that could not be embedded.</summary>
/// <param name="Id">The item.</param>
/// <param name="Reason">What was wrong.</param>
/// <param name="Kind">The kind of failure when the media could not be read; null for other failures.</param>
/// <param name="At">When it failed last.</param>
public sealed record RememberedFailure(MediaId Id, string Reason, MediaFailure? Kind, DateTimeOffset At)
{
    /// <summary>Whether the reason lies in the file, so that trying again is of no use until the file changes.</summary>
    public bool LiesInTheFile => Kind is { } kind && kind is not (MediaFailure.NotFound or MediaFailure.DecoderMissing or MediaFailure.DecoderFailed);
}

/// <summary>An <see cref="IEmbeddingStore"/> that also remembers, across runs, which items failed and why.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public interface IFailureMemory
{
    /// <summary>Remembers a failure; a later one of the same item replaces it.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="cancellationToken">Ends the call before anything is written.</param>
    /// <returns>A task that ends when it is written.</returns>
    ValueTask RememberAsync(RememberedFailure failure, CancellationToken cancellationToken = default);

    /// <summary>Every failure that is remembered, those of items that were embedded afterwards included.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The last failure of each item.</returns>
    ValueTask<IReadOnlyDictionary<MediaId, RememberedFailure>> RecallAsync(CancellationToken cancellationToken = default);
}
