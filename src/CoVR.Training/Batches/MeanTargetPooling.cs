using CoVR.Data;

namespace CoVR.Training;

/// <summary>The mean of some frames of a target that are drawn anew at each use.</summary>
/// <remarks>
/// <c>emb_pool: mean</c> of the reference's <c>src/data/webvid_covr.py</c> (lines 359-365): up to <c>n_embs</c> distinct frames are drawn. Of a video with no
/// more frames than that all count. Not renormalised. Immutable.
/// </remarks>
public sealed class MeanTargetPooling : ITargetPooling
{
    private readonly int _frames;

    /// <summary>Creates the pooling.</summary>
    /// <param name="frames">How many frames are drawn at most, at least 1.</param>
    public MeanTargetPooling(int frames = 15)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        _frames = frames;
    }

    /// <inheritdoc/>
    public EmbeddingSet Pool(EmbeddingSet video, Triplet triplet, Random random)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(random);
        return new MeanFramePooling().Pool(video.SelectFrames(FrameDraw.Of(video.Frames, _frames, random)));
    }
}
