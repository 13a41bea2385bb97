using CoVR.Training.Sampling;

namespace CoVR.Training.Tests.Sampling;

public sealed class AttributeBatchSamplerTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 400).Select(item => $"colour{item % 8}")];

    [Fact]
    public void Compose_HalfHard_AboutHalfOfTheBatchesShareTheirKey()
    {
        var sampler = new AttributeBatchSampler(Keys, 16, 400);
        var hard = sampler.Compose(0).Count(batch => batch.Select(item => Keys[item]).Distinct().Count() == 1);
        Assert.InRange(hard, 150, 250);
    }

    [Fact]
    public void Compose_AnyBatch_HasNoItemTwice()
    {
        var sampler = new AttributeBatchSampler(Keys, 64, 50);
        Assert.All(sampler.Compose(2), batch => Assert.Equal(64, batch.Distinct().Count()));
    }

    [Fact]
    public void Compose_KeyWithTooFewItems_FillsUpFromOthers()
    {
        var sampler = new AttributeBatchSampler(Keys, 80, 20, hardShare: 1);
        Assert.All(sampler.Compose(0), batch => Assert.Equal(2, batch.Select(item => Keys[item]).Distinct().Count()));
    }

    [Fact]
    public void Compose_NoneHard_GoesThroughAllItemsBeforeRepeating()
    {
        var sampler = new AttributeBatchSampler(Keys, 20, 20, hardShare: 0);
        Assert.Equal(400, sampler.Compose(0).SelectMany(batch => batch).Distinct().Count());
    }

    [Fact]
    public void Compose_SameEpoch_IsReproducible()
    {
        Assert.Equal(
            new AttributeBatchSampler(Keys, 16).Compose(4).SelectMany(batch => batch),
            new AttributeBatchSampler(Keys, 16).Compose(4).SelectMany(batch => batch));
    }
}
