using CoVR.Conformance;
using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

public sealed class MeanPooledSimilarityTests : SimilarityConformance
{
    [Fact]
    public void Score_IsTheProductOfTheMeans()
    {
        var query = new EmbeddingSet(new float[] { 1, 0, 0, 1 }, 2, 2);
        var candidate = new EmbeddingSet(new float[] { 1, 0, 3, 2 }, 2, 2);
        Assert.Equal((0.5f * 2) + (0.5f * 1), Create().Score(query, candidate));
    }

    protected override ISimilarity Create() => Similarities.MeanPooled;
}

public sealed class MaxOverPairsSimilarityTests : SimilarityConformance
{
    [Fact]
    public void Score_IsTheLargestProduct()
    {
        var query = new EmbeddingSet(new float[] { 1, 0, 0, 1 }, 2, 2);
        var candidate = new EmbeddingSet(new float[] { -5, -4, 3, 2, 0, 2.5f }, 3, 2);
        Assert.Equal(3, Create().Score(query, candidate));
    }

    protected override ISimilarity Create() => Similarities.MaxOverPairs;
}
