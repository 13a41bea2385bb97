using Xunit;

namespace CoVR.Conformance;

/// <summary>What every frame sampler keeps.</summary>
public abstract class FrameSamplerConformance
{
    /// <summary>Makes the sampler under test; two of them choose the same frames of the same videos.</summary>
    protected abstract IFrameSampler Create();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(10_000)]
    [InlineData(int.MaxValue)]
    public void Select_OfAnyLength_ChoosesFramesThatExist(int count)
    {
        var chosen = Create().Select(count);
        Assert.NotEmpty(chosen);
        Assert.All(chosen, index => Assert.InRange(index, 0, count - 1));
    }

    [Fact]
    public void Select_ByTwoInstances_ChoosesTheSame()
    {
        var (first, second) = (Create(), Create());
        Assert.All([40, 7, 300], count => Assert.Equal(first.Select(count), second.Select(count)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Select_OfNoFrames_IsRefused(int count) => Assert.ThrowsAny<ArgumentException>(() => Create().Select(count));

    [Fact]
    public void Name_OfTwoInstances_IsTheSameText()
    {
        Assert.False(string.IsNullOrWhiteSpace(Create().Name));
        Assert.Equal(Create().Name, Create().Name);
    }

    [Fact]
    public async Task Select_FromSeveralThreads_ChoosesFramesThatExist()
    {
        var sampler = Create();
        var chosen = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(1, 200).SelectMany(count => sampler.Select(count).Select(index => (index, count))).ToArray())));
        Assert.All(chosen.SelectMany(pairs => pairs), pair => Assert.InRange(pair.index, 0, pair.count - 1));
    }
}
