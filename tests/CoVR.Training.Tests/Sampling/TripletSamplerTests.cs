using CoVR.Data;
using CoVR.Training.Sampling;

namespace CoVR.Training.Tests.Sampling;

public sealed class TripletSamplerTests
{
    private static readonly Triplet[] Triplets =
    [
        .. new[] { "c", "a", "b", "a", "c", "c", "d" }.Select((target, row) => new Triplet($"{row}", new MediaId("r"), "edit", new MediaId(target))),
    ];

    [Fact]
    public void Compose_ByTargetWithoutShuffle_TakesTargetsInCodePointOrderOneRowEach()
    {
        var sampler = new TripletSampler(Triplets, new TripletSamplerOptions { BatchSize = 2, Shuffle = false });
        var rows = sampler.Compose(0).SelectMany(batch => batch).ToList();
        Assert.Equal(["a", "b", "c", "d"], rows.Select(row => Triplets[row].Target!.Value.Value));
    }

    [Fact]
    public void Compose_ByTargetOverEpochs_DrawsEveryRowOfATarget()
    {
        var sampler = new TripletSampler(Triplets, new TripletSamplerOptions { BatchSize = 4 });
        var drawn = Enumerable.Range(0, 60).SelectMany(epoch => sampler.Compose(epoch).SelectMany(batch => batch)).ToHashSet();
        Assert.Equal(Triplets.Length, drawn.Count);
    }

    [Fact]
    public void Compose_ByTriplets_HoldsEveryRowOnce()
    {
        var sampler = new TripletSampler(Triplets, new TripletSamplerOptions { BatchSize = 3, ByTarget = false, DropLast = false });
        var batches = sampler.Compose(5);
        Assert.Equal([3, 3, 1], batches.Select(batch => batch.Count));
        Assert.Equal(Enumerable.Range(0, 7), batches.SelectMany(batch => batch).Order());
    }

    [Fact]
    public void Compose_DropLast_LeavesOutTheShortBatch()
    {
        var sampler = new TripletSampler(Triplets, new TripletSamplerOptions { BatchSize = 3, ByTarget = false });
        Assert.Equal(2, sampler.BatchesPerEpoch);
        Assert.All(sampler.Compose(1), batch => Assert.Equal(3, batch.Count));
    }

    [Fact]
    public void Compose_SameEpoch_IsTheSameInEverySamplerAndOtherEpochsDiffer()
    {
        var options = new TripletSamplerOptions { BatchSize = 7, ByTarget = false };
        var (one, two) = (new TripletSampler(Triplets, options), new TripletSampler(Triplets, options));
        two.Compose(9);
        Assert.Equal(one.Compose(3).Single(), two.Compose(3).Single());
        Assert.NotEqual(one.Compose(3).Single(), one.Compose(4).Single());
        Assert.NotEqual(one.Compose(3).Single(), new TripletSampler(Triplets, options with { Seed = 2 }).Compose(3).Single());
    }

    [Fact]
    public void Constructor_TooFewItems_SaysHowMany()
    {
        var error = Assert.Throws<ArgumentException>(() => new TripletSampler(Triplets, new TripletSamplerOptions { BatchSize = 5 }));
        Assert.Contains("4 targets do not fill one batch of 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_HiddenTarget_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new TripletSampler([new Triplet("7", new MediaId("r"), "edit", null)], new TripletSamplerOptions { BatchSize = 1 }));
}
