namespace CoVR.Retrieval;

/// <summary>The middle frame alone: index F / 2, rounded down.</summary>
/// <remarks><c>emb_pool: middle</c> of the reference (<c>src/data/webvid_covr.py</c>). Safe for use from several threads.</remarks>
public sealed class MiddleFramePooling : IFramePooling
{
    /// <inheritdoc/>
    public EmbeddingSet Pool(EmbeddingSet video)
    {
        ArgumentNullException.ThrowIfNull(video);
        return video.Frames == 1
            ? video
            : new EmbeddingSet(EmbeddingShapes.FrameOf(video, video.Frames / 2), video.Vectors, video.Dimensions);
    }

    /// <inheritdoc/>
    public override string ToString() => "middle";
}
