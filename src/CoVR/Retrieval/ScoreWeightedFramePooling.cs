namespace CoVR.Retrieval;

/// <summary>A weighted sum of frames whose weights are softmax(score / temperature); not normalised again.</summary>
/// <remarks>
/// <c>emb_pool: query</c> of the reference (<c>src/data/webvid_covr.py</c>), which trains with it: frames that fit the edit
/// text count more. The scores belong to one target, so there is one instance for each. Without scores, or with scores
/// for another number of frames, every frame counts the same. To pool a random draw, select the frames
/// (<see cref="EmbeddingShapes.SelectFrames"/>) and their scores first. Safe for use from several threads.
/// </remarks>
public sealed class ScoreWeightedFramePooling : IFramePooling
{
    private readonly IReadOnlyList<float> _scores;
    private readonly double _temperature;

    /// <summary>Pools by scores.</summary>
    /// <param name="scores">One finite score for each frame; null or empty for equal weights.</param>
    /// <param name="temperature">What scores are divided by; positive.</param>
    public ScoreWeightedFramePooling(IReadOnlyList<float>? scores, double temperature = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        (_scores, _temperature) = (scores ?? [], temperature);
    }

    /// <inheritdoc/>
    public EmbeddingSet Pool(EmbeddingSet video)
    {
        ArgumentNullException.ThrowIfNull(video);
        var weights = Weights(video.Frames);
        var sum = new float[video.Vectors * video.Dimensions];
        for (var frame = 0; frame < video.Frames; frame++)
        {
            VectorMath.Add(sum, EmbeddingShapes.FrameOf(video, frame).Span, (float)weights[frame]);
        }

        return new EmbeddingSet(sum, video.Vectors, video.Dimensions);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"score weighted, temperature {_temperature}");

    private double[] Weights(int frames)
    {
        var weights = new double[frames];
        if (_scores.Count != frames)
        {
            Array.Fill(weights, 1.0 / frames);
            return weights;
        }

        var highest = _scores.Max();
        for (var i = 0; i < frames; i++)
        {
            weights[i] = Math.Exp(((double)_scores[i] - highest) / _temperature);
        }

        var total = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / total);
    }
}
