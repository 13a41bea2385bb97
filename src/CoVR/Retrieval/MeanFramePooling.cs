namespace CoVR.Retrieval;

/// <summary>The mean over frames, vector by vector; not normalised again.</summary>
/// <remarks><c>emb_pool: mean</c> of the reference (<c>src/data/webvid_covr.py</c>). Safe for use from several threads.</remarks>
public sealed class MeanFramePooling : IFramePooling
{
    /// <inheritdoc/>
    public EmbeddingSet Pool(EmbeddingSet video)
    {
        ArgumentNullException.ThrowIfNull(video);
        if (video.Frames == 1)
        {
            return video;
        }

        var mean = new float[video.Vectors * video.Dimensions];
        VectorMath.MeanRows(video.Values.Span, mean);
        return new EmbeddingSet(mean, video.Vectors, video.Dimensions);
    }

    /// <inheritdoc/>
    public override string ToString() => "mean";
}
