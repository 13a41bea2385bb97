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
    /// <para>The main pair is the first wanted picture, video or item r of the last turn that has one, and the wanted texts t of that turn and all later ones, in order, as one text.
    /// With E the model and p the other wanted parts, k those to be kept and u the unwanted: q = w E(r, t) + Σ w(p) E(p, t) + kept Σ w(k) E(k) - unwanted Σ w(u) E(u), with unit rows.</para>
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

        return EmbeddingShapes.UnitRows(new EmbeddingSet(sum, sum.Length / dimensions, dimensions));
    }
}
