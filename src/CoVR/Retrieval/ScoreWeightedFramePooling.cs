namespace CoVR.Retrieval;

internal sealed class ScoreWeightedFramePooling : IFramePooling
{
    private readonly IReadOnlyList<float> _scores;
    private readonly double _temperature;

    public ScoreWeightedFramePooling(IReadOnlyList<float>? scores, double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        (_scores, _temperature) = (scores ?? [], temperature);
    }

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
