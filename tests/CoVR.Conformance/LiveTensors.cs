using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance;

/// <summary>Counts the tensors of the process. Other tests must not make any meanwhile.</summary>
public static class LiveTensors
{
    /// <summary>How many there are, without those that earlier tests left to the garbage collector: they would vanish at any moment.</summary>
    public static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Tensor.TotalCount;
    }

    /// <summary>Fails when there are more than before. Nothing is collected first: what was not disposed is still there.</summary>
    /// <param name="before">What <see cref="Settled"/> gave.</param>
    public static void AssertNoMoreThan(long before) => Assert.True(Tensor.TotalCount <= before, $"{Tensor.TotalCount - before} tensors were left behind.");
}
