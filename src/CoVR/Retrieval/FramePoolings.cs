using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Retrieval;

/// <summary>Ways to make one frame of the frames of a video; none normalises again. Safe for use from several threads.</summary>
public static class FramePoolings
{
    /// <summary>The mean over frames, vector by vector.</summary>
    /// <remarks><c>emb_pool: mean</c> of the reference (<c>src/data/webvid_covr.py</c>).</remarks>
    public static IFramePooling Mean { get; } = new MeanFramePooling();

    /// <summary>The middle frame alone: index F / 2, rounded down.</summary>
    /// <remarks><c>emb_pool: middle</c> of the reference (<c>src/data/webvid_covr.py</c>).</remarks>
    public static IFramePooling Middle { get; } = new MiddleFramePooling();

    /// <summary>Weights the frames of a candidate by the text of the query that it answers, as the WebVid-CoVR papers do: the gallery depends on the queries.</summary>
    /// <remarks>
    /// Weights are softmax(<see cref="GalleryCandidate.FrameScores"/> / 0.1); without one score per frame, all frames have equal weight.
    /// Queries without a text are compared with the mean of the frames.
    /// </remarks>
    public static ICandidatePooling ByAnsweredText { get; } = new AnswerWeightedPooling();

    /// <summary>A weighted sum of frames whose weights are softmax(score / temperature).</summary>
    /// <remarks>
    /// <c>emb_pool: query</c> of the reference (<c>src/data/webvid_covr.py</c>), which trains with it: frames that match the edit
    /// text count more. The scores belong to one target, so there is one pooling for each. To pool a random draw, select the frames
    /// (<see cref="EmbeddingSet.SelectFrames"/>) and their scores first.
    /// </remarks>
    /// <param name="scores">One finite score for each frame. Null, empty, or for another number of frames: every frame counts the same.</param>
    /// <param name="temperature">What scores are divided by; positive.</param>
    /// <returns>The pooling.</returns>
    public static IFramePooling ByScores(IReadOnlyList<float>? scores, double temperature = 0.1) => new ScoreWeightedFramePooling(scores, temperature);
}

internal sealed class MeanFramePooling : IFramePooling
{
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

    public override string ToString() => "mean";
}

internal sealed class MiddleFramePooling : IFramePooling
{
    public EmbeddingSet Pool(EmbeddingSet video)
    {
        ArgumentNullException.ThrowIfNull(video);
        return video.Frames == 1
            ? video
            : new EmbeddingSet(EmbeddingShapes.FrameOf(video, video.Frames / 2), video.Vectors, video.Dimensions);
    }

    public override string ToString() => "middle";
}
