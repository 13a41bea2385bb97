using CoVR.AspNetCore.Search;

namespace CoVR.AspNetCore.Tests.Search;

public sealed class RelevanceCutoffTests
{
    [Fact]
    public void Of_ScoresOfRandomItems_LiesAboveNearlyAllAndBelowThoseThatStandOut()
    {
        var random = new Random(3);
        float Chance() => (float)(0.2 + (0.02 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        float[] sample = [.. Enumerable.Range(0, 240).Select(_ => Chance()), .. Enumerable.Repeat(0.5f, 16)];

        var cutoff = RelevanceCutoff.Of(sample);

        Assert.InRange(cutoff, 0.24f, 0.29f);
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => Chance() >= cutoff), 0, 60);
    }
}
