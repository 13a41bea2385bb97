using System.Globalization;
using CoVR.Retrieval;

namespace CoVR.Reproduction.Embedding;

/// <summary>The similarity of each frame of a video to a text, used as weights by query-aware pooling (the column <c>scores</c>).</summary>
internal static class FrameScores
{
    private const int Decimals = 4;

    private static readonly ISimilarity Similarity = Similarities.MeanPooled;

    /// <summary>Scores the frames of a video.</summary>
    /// <remarks>
    /// The dot product of a frame and the text, rounded to four decimals as <c>tools/embs/get_scores.py</c> does. A frame of
    /// several vectors (BLIP-2), which the reference's tool cannot score, is scored by the mean over its vectors.
    /// </remarks>
    /// <param name="video">[F, Q, D].</param>
    /// <param name="text">[D].</param>
    /// <returns>F scores.</returns>
    /// <exception cref="ArgumentException">The dimensions differ.</exception>
    public static double[] Compute(EmbeddingSet video, ReadOnlySpan<float> text)
    {
        ArgumentNullException.ThrowIfNull(video);
        if (text.Length != video.Dimensions)
        {
            throw new ArgumentException($"The text has {text.Length} dimensions, but the video has {video.Dimensions}.", nameof(text));
        }

        var scores = new double[video.Frames];
        var query = new EmbeddingSet(text.ToArray(), 1, text.Length);
        for (var f = 0; f < scores.Length; f++)
        {
            scores[f] = Round(Similarity.Score(query, video.SelectFrames([f])));
        }

        return scores;
    }

    /// <summary>Writes scores as Python writes a list: <c>[0.2806, -0.5, 1.0]</c>.</summary>
    /// <param name="scores">Finite numbers; empty for a video without embedding.</param>
    /// <returns>The text of the column.</returns>
    public static string Format(IEnumerable<double> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return $"[{string.Join(", ", scores.Select(Format))}]";
    }

    private static string Format(double score)
    {
        var text = score.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) || text.Contains('E', StringComparison.Ordinal) ? text : text + ".0";
    }

    // Through decimal, so that ties are those of the binary value, as in Python.
    private static double Round(float score) => !float.IsFinite(score)
        ? throw new ArithmeticException("A frame's score is NaN or infinite, because one of the embeddings is.")
        : Math.CopySign((double)Math.Round((decimal)(double)score, Decimals, MidpointRounding.ToEven), score);
}
