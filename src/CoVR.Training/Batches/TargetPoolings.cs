using CoVR.Data;
using CoVR.Retrieval;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;

namespace CoVR.Training.Batches;

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
