using Xunit;

namespace CoVR.Conformance;

/// <summary>What every similarity keeps.</summary>
public abstract class SimilarityConformance
{
    /// <summary>Makes the similarity under test.</summary>
    protected abstract ISimilarity Create();

    [Fact]
    public void Name_OfTwoInstances_IsTheSameText()
    {
        Assert.False(string.IsNullOrWhiteSpace(Create().Name));
        Assert.Equal(Create().Name, Create().Name);
    }

    [Fact]
    public void Score_OfTheSamePairTwice_IsEqualToTheLastBit()
    {
        var items = SampleEmbeddings.Many(1, 2, 3, 17);
        var similarity = Create();
        Assert.Equal(similarity.Score(items[0], items[1]), similarity.Score(items[0], items[1]));
    }

    [Fact]
    public void Score_OfAnItemWithItself_IsHigherThanWithItsOpposite()
    {
        var item = SampleEmbeddings.Many(2, 1, 1, 16)[0];
        var opposite = new EmbeddingSet(item.Values.ToArray().Select(value => -value).ToArray(), 1, 16);
        Assert.True(Create().Score(item, item) > Create().Score(item, opposite));
    }

    [Fact]
    public void Score_OfUnitVectors_IsFinite()
    {
        var items = SampleEmbeddings.Many(3, 20, 4, 8);
        Assert.All(items, item => Assert.True(float.IsFinite(Create().Score(items[0], item))));
    }

    [Fact]
    public void Score_OfDifferentDimensions_IsRefused() =>
        Assert.ThrowsAny<ArgumentException>(() => Create().Score(SampleEmbeddings.Vector(1, 0), SampleEmbeddings.Vector(1, 0, 0)));

    [Fact]
    public void Score_OfSeveralFrames_IsRefused()
    {
        var video = new EmbeddingSet(new float[] { 1, 0, 0, 1 }, 1, 2, 2);
        Assert.ThrowsAny<ArgumentException>(() => Create().Score(SampleEmbeddings.Vector(1, 0), video));
    }
}
