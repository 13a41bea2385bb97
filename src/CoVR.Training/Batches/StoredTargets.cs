using System.Collections.Concurrent;
using CoVR.Data;

namespace CoVR.Training;

/// <summary>Target embeddings of a store; each is read once and kept while memory allows.</summary>
/// <remarks>Safe for use from several threads. The store must not change while training reads it.</remarks>
public sealed class StoredTargets : ITargetEmbeddings
{
    private readonly ConcurrentDictionary<MediaId, EmbeddingSet> _known = new();
    private readonly IEmbeddingSource _source;
    private readonly EmbeddingFingerprint _fingerprint;
    private readonly Func<EmbeddingSet, Triplet, Random, EmbeddingSet> _pool;
    private readonly long _limit;
    private long _bytes;

    /// <summary>Creates it with a pooling that may draw frames and weigh them by the triplet's scores.</summary>
    /// <param name="fingerprint">What made them: <see cref="IEmbeddingSource.GetFingerprintAsync"/>.</param>
    /// <param name="source">Holds every target of the training data.</param>
    /// <param name="pooling">How frames become one embedding.</param>
    /// <param name="maximumBytes">How much is kept in memory.</param>
    public StoredTargets(IEmbeddingSource source, EmbeddingFingerprint fingerprint, ITargetPooling pooling, long maximumBytes = 1L << 30)
        : this(source, fingerprint, (pooling ?? throw new ArgumentNullException(nameof(pooling))).Pool, maximumBytes)
    {
    }

    /// <summary>Creates it with a pooling that treats all triplets alike.</summary>
    /// <param name="fingerprint">What made them: <see cref="IEmbeddingSource.GetFingerprintAsync"/>.</param>
    /// <param name="source">Holds every target of the training data.</param>
    /// <param name="pooling">How frames become one embedding.</param>
    /// <param name="maximumBytes">How much is kept in memory.</param>
    public StoredTargets(IEmbeddingSource source, EmbeddingFingerprint fingerprint, IFramePooling pooling, long maximumBytes = 1L << 30)
        : this(source, fingerprint, (video, _, _) => pooling.Pool(video), maximumBytes) => ArgumentNullException.ThrowIfNull(pooling);

    private StoredTargets(IEmbeddingSource source, EmbeddingFingerprint fingerprint, Func<EmbeddingSet, Triplet, Random, EmbeddingSet> pool, long maximumBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumBytes);
        _source = source ?? throw new ArgumentNullException(nameof(source));
        _fingerprint = fingerprint ?? throw new ArgumentNullException(nameof(fingerprint));
        (_pool, _limit) = (pool, maximumBytes);
    }

    /// <inheritdoc/>
    public int Vectors => _fingerprint.Vectors;

    /// <inheritdoc/>
    public int Dimensions => _fingerprint.Dimensions;

    /// <inheritdoc/>
    public async ValueTask<EmbeddingSet> ReadAsync(Triplet triplet, Random random, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(triplet);
        var id = triplet.Target ?? throw new ArgumentException($"Triplet {triplet.Id} has no target.", nameof(triplet));
        var video = _known.TryGetValue(id, out var known) ? known : await ReadAsync(id, cancellationToken).ConfigureAwait(false);
        return video.Frames == 1 ? video : _pool(video, triplet, random);
    }

    private async ValueTask<EmbeddingSet> ReadAsync(MediaId id, CancellationToken cancellationToken)
    {
        var read = await _source.ReadAsync(id, cancellationToken).ConfigureAwait(false) ??
            throw new GalleryException(
                _fingerprint.Model, $"the training target '{id}' has no embedding here: embed all targets of the training data first, with the same model.");
        var bytes = (long)read.Values.Length * sizeof(float);
        if (Interlocked.Add(ref _bytes, bytes) > _limit || !_known.TryAdd(id, read))
        {
            Interlocked.Add(ref _bytes, -bytes);
        }

        return read;
    }
}
