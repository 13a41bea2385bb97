namespace CoVR;

/// <summary>How an index stores items and scores pairs of a query and an item; equal to its <see cref="ISimilarity"/> to the last bit.</summary>
internal abstract class PairScorer
{
    /// <summary>Whether scores of many pairs come from a matrix product of the stored rows (and a maximum over rows).</summary>
    public abstract bool HasProducts { get; }

    public static PairScorer For(ISimilarity similarity) => similarity switch
    {
        MeanPooledSimilarity => new MeanPooled(),
        MaxOverPairsSimilarity => new MaxOverPairs(),
        _ => new Specified(similarity),
    };

    /// <summary>The rows [Q', D] that are kept of an item or query.</summary>
    public virtual ReadOnlyMemory<float> RowsOf(EmbeddingSet item) => item.Values;

    /// <summary>The score of two items' rows.</summary>
    public abstract float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions);

    private sealed class MeanPooled : PairScorer
    {
        public override bool HasProducts => true;

        public override ReadOnlyMemory<float> RowsOf(EmbeddingSet item) =>
            item.Vectors == 1 ? item.Values : MeanPooledSimilarity.Pool(item);

        public override float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions) =>
            VectorMath.Dot(query.Span, candidate.Span);
    }

    private sealed class MaxOverPairs : PairScorer
    {
        public override bool HasProducts => true;

        public override float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions) =>
            MaxOverPairsSimilarity.Best(query.Span, candidate.Span, dimensions);
    }

    private sealed class Specified(ISimilarity similarity) : PairScorer
    {
        public override bool HasProducts => false;

        public override float Score(ReadOnlyMemory<float> query, ReadOnlyMemory<float> candidate, int dimensions) =>
            similarity.Score(
                new EmbeddingSet(query, query.Length / dimensions, dimensions),
                new EmbeddingSet(candidate, candidate.Length / dimensions, dimensions));
    }
}
