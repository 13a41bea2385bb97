using CoVR.Data;

namespace CoVR.Training;

/// <summary>Draws some frames of a target and weighs them by how well they fit the edit text.</summary>
/// <remarks>
/// <c>emb_pool: query</c> of the reference's <c>src/data/webvid_covr.py</c>: up to <c>n_embs</c> distinct frames are drawn,
/// weighted by softmax(score / temperature), all alike when scores are missing or of another number. Not renormalised.
/// Training only: at test time the scores would give the answer away. Immutable.
/// </remarks>
public sealed class ScoredTargetPooling : ITargetPooling
{
    private readonly int _frames;
    private readonly double _temperature;

    /// <summary>Creates the pooling.</summary>
    /// <param name="frames">How many frames are drawn at most, at least 1.</param>
    /// <param name="temperature">What scores are divided by, above 0.</param>
    public ScoredTargetPooling(int frames = 15, double temperature = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        (_frames, _temperature) = (frames, temperature);
    }

    /// <inheritdoc/>
    public EmbeddingSet Pool(EmbeddingSet video, Triplet triplet, Random random)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(triplet);
        ArgumentNullException.ThrowIfNull(random);
        var drawn = FrameDraw.Of(video.Frames, _frames, random);
        float[]? scores = triplet.FrameScores is { } known && known.Count == video.Frames ? [.. drawn.Select(frame => known[frame])] : null;
        return new ScoreWeightedFramePooling(scores, _temperature).Pool(video.SelectFrames(drawn));
    }
}
