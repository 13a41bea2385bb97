namespace CoVR.Reranking.Scoring;

/// <summary>The sizes of a <see cref="PairScorer"/>.</summary>
/// <param name="QueryWidth">W, the width of the model's multimodal tokens.</param>
/// <param name="VisualWidth">C, the width of its visual tokens.</param>
/// <param name="Width">Its own width, a multiple of <paramref name="Heads"/>.</param>
/// <param name="Layers">Layers that look at a candidate.</param>
/// <param name="Heads">Attention heads.</param>
internal sealed record PairScorerSizes(int QueryWidth, int VisualWidth, int Width, int Layers, int Heads)
{
    /// <summary>Layers that look at the query, once for all of its candidates.</summary>
    public const int QueryLayers = 2;
}
