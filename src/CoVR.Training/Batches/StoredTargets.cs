using System.Collections.Concurrent;
using CoVR.Data;
using CoVR.Retrieval;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;

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

/// <summary>Reduces the stored frames of a target, [F, Q, D], to one, [1, Q, D], which is not normalized again.</summary>
internal delegate EmbeddingSet TargetPooling(EmbeddingSet video, Triplet triplet, Random random);

/// <summary>The poolings that <see cref="TargetFramePooling"/> names; <c>emb_pool</c> of the reference's <c>src/data/webvid_covr.py</c> (lines 359-365).</summary>
internal static class TargetPoolings
{
    /// <param name="kind">Which one.</param>
    /// <param name="frames">How many frames <see cref="TargetFramePooling.Query"/> and <see cref="TargetFramePooling.Mean"/> draw at most.</param>
    /// <param name="gallery">The pipeline's pooling, for <see cref="TargetFramePooling.Gallery"/>.</param>
    internal static TargetPooling Of(TargetFramePooling kind, int frames, IFramePooling? gallery = null) => kind switch
    {
        TargetFramePooling.Mean => (video, _, random) => FramePoolings.Mean.Pool(video.SelectFrames(Draw(video.Frames, frames, random))),
        TargetFramePooling.Middle => (video, _, _) => FramePoolings.Middle.Pool(video),
        TargetFramePooling.Gallery => (video, _, _) => (gallery ?? throw new InvalidOperationException("The pipeline has no IFramePooling.")).Pool(video),
        _ => (video, triplet, random) => Scored(video, triplet, Draw(video.Frames, frames, random)),
    };

    private static EmbeddingSet Scored(EmbeddingSet video, Triplet triplet, int[] drawn)
    {
        float[]? scores = triplet.FrameScores is { } known && known.Count == video.Frames ? [.. drawn.Select(frame => known[frame])] : null;
        return FramePoolings.ByScores(scores).Pool(video.SelectFrames(drawn));
    }

    /// <summary>Draws distinct frames, in the order of the draw.</summary>
    private static int[] Draw(int frames, int count, Random random)
    {
        var order = Enumerable.Range(0, frames).ToArray();
        SeededRandom.Shuffle(random, order);
        return [.. order.Take(count)];
    }
}
