namespace CoVR.Cli.Runs;

/// <summary>Reads an embedding from the first of several galleries that has it; all have one fingerprint.</summary>
internal sealed class JoinedSource(IReadOnlyList<IEmbeddingSource> sources) : IEmbeddingSource
{
    /// <summary>The fingerprint to state; null: that of the first gallery.</summary>
    public EmbeddingFingerprint? Fingerprint { get; init; }

    public ValueTask<EmbeddingFingerprint> GetFingerprintAsync(CancellationToken cancellationToken = default) =>
        Fingerprint is { } stated ? ValueTask.FromResult(stated) : sources[0].GetFingerprintAsync(cancellationToken);

    public async ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        foreach (var source in sources)
        {
            if (await source.ContainsAsync(id, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    public async ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        foreach (var source in sources)
        {
            if (await source.ReadAsync(id, cancellationToken) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
