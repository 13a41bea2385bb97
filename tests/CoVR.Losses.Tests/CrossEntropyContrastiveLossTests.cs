using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses.Tests;

[Collection("torch")]
public sealed class CrossEntropyContrastiveLossTests
{
    [Fact]
    public void Compute_TwoByTwo_AveragesBothDirections()
    {
        using var scope = NewDisposeScope();
        var loss = new CrossEntropyContrastiveLoss().Compute(tensor([1.0f, 3.0f, -1.0f, 2.0f], [2, 2]));
        double Nll(double right, double wrong) => Math.Log(1 + Math.Exp(wrong - right));
        var expected = (Nll(1, 3) + Nll(2, -1) + Nll(1, -1) + Nll(2, 3)) / 4;
        Assert.Equal(expected, loss.item<float>(), 1e-6);
    }

    [Fact]
    public void Compute_AllEqual_IsLogOfTheBatch()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Math.Log(5), new CrossEntropyContrastiveLoss().Compute(ones(5, 5)).item<float>(), 1e-6);
    }

    [Fact]
    public void Compute_ExtremeLogits_IsFinite()
    {
        using var scope = NewDisposeScope();
        var logits = tensor([-1e4f, 1e4f, 1e4f, -1e4f], [2, 2]).requires_grad_();
        var loss = new CrossEntropyContrastiveLoss().Compute(logits);
        loss.backward();
        Assert.Equal(2e4f, loss.item<float>());
        Assert.All(logits.grad!.data<float>().ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Compute_BatchOfOne_IsZero()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, new CrossEntropyContrastiveLoss().Compute(tensor([7.0f], [1, 1])).item<float>());
    }
}
