namespace CoVR.Retrieval;

/// <summary>Ways to make one embedding of a query of several parts. Safe for use from several threads.</summary>
/// <remarks><c>docs/beyond-the-papers.md</c> has what each gains, measured.</remarks>
public static class QueryCombiners
{
    /// <summary>The sum of the parts' own embeddings, each by its weight, unwanted ones subtracted, with unit rows: q = Σ w(p) e(p) - Σ w(u) e(u).</summary>
    /// <remarks>The arithmetic of word vectors (Mikolov et al. 2013), which Combiner baselines of composed retrieval use too. No part is read in the light of another.</remarks>
    public static IQueryCombiner WeightedSum { get; } = new WeightedSumCombiner();

    /// <summary>The model's own embedding of the main pair, with a correction for every other part.</summary>
    /// <remarks>
    /// With r the wanted pictures, videos and items of the last turn that has one, t the wanted texts of that turn and all later ones as one text, k the parts to be kept, u the unwanted
    /// ones and E the model: q = Σ w(r) E(r, t) + kept Σ w(k) E(k) - unwanted Σ w(u) E(u), with unit rows. A text t' of another weight than 1 is no part of t, but adds
    /// w(t') (E(r, t and t') - E(r, t)).
    /// </remarks>
    /// <param name="unwanted">The share of what is unwanted; not negative.</param>
    /// <param name="kept">The share of what is to be kept; not negative.</param>
    /// <returns>The combiner.</returns>
    public static IQueryCombiner Corrected(double unwanted = 0.5, double kept = 0.5) => new CorrectedCombiner((float)unwanted, (float)kept);

    /// <summary>The weighted sum of embeddings, with unit rows. Where the numbers of vectors differ, each is pooled to its mean first.</summary>
    internal static EmbeddingSet Sum(IReadOnlyList<(EmbeddingSet Set, float Weight)> terms)
    {
        var (vectors, dimensions) = (terms.Max(term => term.Set.Vectors), terms[0].Set.Dimensions);
        var pools = terms.Any(term => term.Set.Vectors != vectors);
        var sum = new float[(pools ? 1 : vectors) * dimensions];
        foreach (var (set, weight) in terms)
        {
            VectorMath.Add(sum, pools ? MeanPooledSimilarity.Pool(set) : set.Values.Span, weight);
        }

        return VectorMath.Norm(sum) < 1e-5f
            ? throw new QueryException("query", "its parts cancel each other; leave one out or change a weight.")
            : EmbeddingShapes.UnitRows(new EmbeddingSet(sum, sum.Length / dimensions, dimensions));
    }
}
