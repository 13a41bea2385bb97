using CoVR.Losses;
using CoVR.Modeling.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance;

/// <summary>What every contrastive loss keeps.</summary>
[Collection("torch")]
public abstract class ContrastiveLossConformance
{
    /// <summary>Loads libtorch, so that <see cref="Create"/> may make modules.</summary>
    protected ContrastiveLossConformance() => NativeTorch.EnsureLoaded();

    /// <summary>Makes the loss under test.</summary>
    protected abstract IContrastiveLoss Create();

    /// <summary>The largest difference that the order of the pairs may make.</summary>
    protected virtual double Tolerance => 1e-5;

    [Fact]
    public void Describe_OfTwoInstances_IsTheSameText()
    {
        Assert.False(string.IsNullOrWhiteSpace(Create().Describe()));
        Assert.Equal(Create().Describe(), Create().Describe());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Compute_ReturnsAFiniteScalarWithGradient(int pairs)
    {
        using var scope = NewDisposeScope();
        var logits = Logits(pairs).requires_grad_();
        var loss = Create().Compute(logits);
        Assert.Equal(0, loss.dim());
        Assert.True(float.IsFinite(loss.item<float>()), $"The loss of {pairs} pair(s) is {loss.item<float>()}.");
        loss.backward();
        Assert.True(logits.grad!.isfinite().all().item<bool>(), $"A gradient of {pairs} pair(s) is not finite.");
        Assert.True(pairs == 1 || logits.grad!.abs().sum().item<float>() > 0, "The logits get no gradient.");
    }

    [Fact]
    public void Compute_LeavesItsInputAsItIs()
    {
        using var scope = NewDisposeScope();
        var logits = Logits(5);
        var before = logits.clone();
        Create().Compute(logits);
        Assert.True(before.eq(logits).all().item<bool>(), "The logits were changed.");
    }

    [Fact]
    public void Compute_OfMatchingPairs_IsLowerThanOfSwappedOnes()
    {
        using var scope = NewDisposeScope();
        var right = eye(4) * 10;
        Assert.True(Create().Compute(right).item<float>() < Create().Compute(right.roll([1L], [0L])).item<float>());
    }

    [Fact]
    public void Compute_OfPairsInAnotherOrder_IsTheSame()
    {
        using var scope = NewDisposeScope();
        var logits = Logits(6);
        var order = tensor(new long[] { 3, 0, 5, 1, 4, 2 });
        var other = logits.index_select(0, order).index_select(1, order);
        Assert.Equal(Create().Compute(logits).item<float>(), Create().Compute(other).item<float>(), Tolerance);
    }

    [Fact]
    public void Compute_InAScope_LeavesNoTensorsBehind()
    {
        using var scope = NewDisposeScope();
        var (loss, logits) = (Create(), Logits(5));
        SampleTensors.AssertNothingStays(() => loss.Compute(logits));
    }

    private static Tensor Logits(int pairs) => SampleTensors.Random(3, CPU, pairs, pairs).mul(20).sub(10);
}
