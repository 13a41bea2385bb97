using System.Collections.Concurrent;
using CoVR.Data;

namespace CoVR.Training.Batches;

/// <summary>The precomputed embeddings of targets, one frame each. Safe for use from several threads.</summary>
internal interface ITargetEmbeddings
{
    /// <summary>Q of every embedding.</summary>
    int Vectors { get; }

    /// <summary>D of every embedding.</summary>
    int Dimensions { get; }

    /// <summary>Reads the embedding of a triplet's target, [1, Q, D].</summary>
    /// <exception cref="GalleryException">The target has not been embedded.</exception>
    ValueTask<EmbeddingSet> ReadAsync(Triplet triplet, Random random, CancellationToken cancellationToken);
}

/// <summary>Stored target embeddings, each read once and cached up to a limit.</summary>
/// <param name="source">Holds every target of the training data; must not change during training.</param>
/// <param name="fingerprint">Of the source.</param>
/// <param name="pooling">How the frames of a target become one.</param>
/// <param name="maximumBytes">The size of the cache.</param>
internal sealed class StoredTargets(IEmbeddingSource source, EmbeddingFingerprint fingerprint, TargetPooling pooling, long maximumBytes = 1L << 30) : ITargetEmbeddings
{
    private readonly ConcurrentDictionary<MediaId, EmbeddingSet> _known = new();
    private long _bytes;

    public int Vectors => fingerprint.Vectors;

    public int Dimensions => fingerprint.Dimensions;

    public async ValueTask<EmbeddingSet> ReadAsync(Triplet triplet, Random random, CancellationToken cancellationToken)
    {
        var id = triplet.Target ?? throw new ArgumentException($"Triplet {triplet.Id} has no target.", nameof(triplet));
        var video = _known.TryGetValue(id, out var known) ? known : await ReadAsync(id, cancellationToken).ConfigureAwait(false);
        return video.Frames == 1 ? video : pooling(video, triplet, random);
    }

    private async ValueTask<EmbeddingSet> ReadAsync(MediaId id, CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(id, cancellationToken).ConfigureAwait(false) ??
            throw new GalleryException(
                fingerprint.Model, $"the training target '{id}' has no embedding here: embed all targets of the training data first, with the same model.");
        var bytes = (long)read.Values.Length * sizeof(float);
        if (Interlocked.Add(ref _bytes, bytes) > maximumBytes || !_known.TryAdd(id, read))
        {
            Interlocked.Add(ref _bytes, -bytes);
        }

        return read;
    }
}
