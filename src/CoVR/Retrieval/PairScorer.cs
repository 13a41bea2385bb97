namespace CoVR.Retrieval;

/// <summary>How an index stores items and scores pairs of a query and an item; bit for bit equal to its <see cref="ISimilarity"/>.</summary>
internal abstract class PairScorer
{
    /// <summary>Whether a score is the largest product of a row of the query and a row of the item, so that bounds of products bound it.</summary>
    public virtual bool HasBounds => false;

    /// <summary>The scorer of a similarity.</summary>
    /// <param name="similarity">The specification.</param>
    /// <param name="vectors">Q of the candidates.</param>
    public static PairScorer For(ISimilarity similarity, int vectors) => similarity switch
    {
        MeanPooledSimilarity => new MeanPooled(),
        MaxOverPairsSimilarity => new MaxOverPairs(),
        QueryTimePooledSimilarity pooled => new QueryTimePooled(pooled.Temperature),
        _ => new Specified(similarity, vectors),
    };

    /// <summary>The temperature that weights the products of rows; null if they are not weighted.</summary>
    public virtual float? FrameTemperature => null;

    /// <summary>The rows [Q', D] kept for an item or query.</summary>
    public virtual ReadOnlyMemory<float> RowsOf(EmbeddingSet item) => item.Values;

    /// <summary>The score of two items' rows.</summary>
    public abstract float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions);

    /// <summary>The error bound of scores, given the error bound of each product, <paramref name="margin"/>.</summary>
    /// <param name="margin">The error bound of one product.</param>
    /// <param name="largest">No product is larger.</param>
    public virtual float MarginOf(float margin, float largest) => margin;

    private sealed class MeanPooled : PairScorer
    {
        public override bool HasBounds => true;

        public override ReadOnlyMemory<float> RowsOf(EmbeddingSet item) =>
            item.Vectors == 1 ? item.Values : MeanPooledSimilarity.Pool(item);

        public override float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions) =>
            VectorMath.Dot(query.Span, candidate.Span);
    }

    private sealed class MaxOverPairs : PairScorer
    {
        public override bool HasBounds => true;

        public override float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions) =>
            MaxOverPairsSimilarity.Best(query.Span, candidate.Span, dimensions);
    }

    private sealed class QueryTimePooled(float temperature) : PairScorer
    {
        public override float? FrameTemperature => temperature;

        public override ReadOnlyMemory<float> RowsOf(EmbeddingSet item) => QueryTimePooledSimilarity.FrameRows(item);

        public override float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions) =>
            QueryTimePooledSimilarity.Score(query.Span, candidate.Span, temperature);

        // d score / d s(f) = w(f) (1 + (s(f) - score) / temperature), and products differ by at most 2 · largest.
        public override float MarginOf(float margin, float largest) => (margin * (1 + (2 * largest / temperature))) + (largest * 4e-6f);
    }

    private sealed class Specified(ISimilarity similarity, int vectors) : PairScorer
    {
        public override float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions) =>
            similarity.Score(
                new EmbeddingSet(query, query.Length / dimensions, dimensions),
                new EmbeddingSet(candidate, vectors, dimensions, candidate.Length / dimensions / vectors));
    }
}
