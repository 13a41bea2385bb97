using CoVR.Data;

namespace CoVR.Training;

/// <summary>Draws some frames of a target and averages them.</summary>
/// <remarks><c>emb_pool: mean</c> of the reference's <c>src/data/webvid_covr.py</c>: up to <c>n_embs</c> distinct frames, not renormalised. Immutable.</remarks>
public sealed class DrawnMeanTargetPooling : ITargetPooling
{
    private readonly MeanFramePooling _mean = new();
    private readonly int _frames;

    /// <summary>Creates the pooling.</summary>
    /// <param name="frames">How many frames are drawn at most, at least 1.</param>
    public DrawnMeanTargetPooling(int frames = 15)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        _frames = frames;
    }

    /// <inheritdoc/>
    public EmbeddingSet Pool(EmbeddingSet video, Triplet triplet, Random random)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(random);
        var order = Enumerable.Range(0, video.Frames).ToArray();
        SeededRandom.Shuffle(random, order);
        return _mean.Pool(video.SelectFrames([.. order.Take(_frames)]));
    }
}
