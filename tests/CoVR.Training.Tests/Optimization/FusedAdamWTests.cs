using CoVR.Conformance;
using CoVR.TestSupport;
using CoVR.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Optimization;

[Collection("torch")]
public sealed class FusedAdamWTests
{
    private static readonly AdamWSettings Settings = new(1e-2, 0.9, 0.98, 0.05, 1e-8);

    [Fact]
    public void Serves_CpuParameters_OnThisPlatform() => Assert.True(FusedAdamW.Serves([zeros(2, 3)]));

    [Fact]
    public void Step_FusedKernel_EqualsTheComposedFormula()
    {
        using var scope = NewDisposeScope();
        var (fused, composed) = (Problem(11), Problem(11));

        for (var step = 0; step < 20; step++)
        {
            FusedAdamW.Step(fused.Parameters, Gradients(fused.Parameters, step), fused.Moments, Settings);
            foreach (var moment in composed.Moments)
            {
                moment.Steps.add_(1);
            }

            FusedAdamW.Composed(composed.Parameters, Gradients(composed.Parameters, step), composed.Moments, Settings);
        }

        for (var i = 0; i < fused.Parameters.Length; i++)
        {
            NumericAssert.Close(composed.Parameters[i], fused.Parameters[i], 1e-6, 1e-6, "parameter");
            NumericAssert.Close(composed.Moments[i].Mean, fused.Moments[i].Mean, 1e-6, 1e-6, "mean");
            NumericAssert.Close(composed.Moments[i].MeanOfSquares, fused.Moments[i].MeanOfSquares, 1e-6, 1e-6, "mean of squares");
            Assert.Equal(20f, fused.Moments[i].Steps.item<float>());
        }
    }

    [Fact]
    public void Step_OneWeight_FollowsThePaperByHand()
    {
        using var scope = NewDisposeScope();
        var weight = tensor(new[] { 2f });
        var moments = new AdamWMoments(zeros(1), zeros(1), zeros(1));

        FusedAdamW.Step([weight], [tensor(new[] { 0.5f })], [moments], new AdamWSettings(0.1, 0.9, 0.999, 0.01, 1e-8));

        // After one step both corrected means are g and g², so the weight loses lr·wd·w and lr·g/|g|.
        Assert.Equal(2f - (0.1f * 0.01f * 2f) - 0.1f, weight.item<float>(), 5);
    }

    [Fact]
    public void Step_TransposedParameter_TakesTheComposedFormula()
    {
        using var scope = NewDisposeScope();
        var plain = arange(6f).reshape(2, 3);
        var transposed = arange(6f).reshape(2, 3).t().contiguous().t();
        var gradient = linspace(-1, 1, 6).reshape(2, 3);

        FusedAdamW.Step([plain], [gradient], [Fresh(plain)], Settings);
        FusedAdamW.Step([transposed], [gradient], [new AdamWMoments(zeros(2, 3), zeros(2, 3), zeros(1))], Settings);

        Assert.False(FusedAdamW.Serves([transposed]));
        NumericAssert.Close(plain, transposed.contiguous(), 1e-6, 1e-6, "parameter");
    }

    [Fact]
    public void Step_LeafThatRequiresGradient_IsUpdatedWithoutRecording()
    {
        using var scope = NewDisposeScope();
        var weight = ones(3).requires_grad_();

        FusedAdamW.Step([weight], [ones(3)], [Fresh(weight)], Settings);

        Assert.True(weight.is_leaf);
        Assert.True(weight.detach().lt(1).all().item<bool>());
    }

    [Fact]
    public void Step_GradientOfOtherShape_IsRefusedBeforeAnythingChanges()
    {
        using var scope = NewDisposeScope();
        var weight = ones(3);
        var moments = Fresh(weight);

        var error = Assert.Throws<ArgumentException>(() => FusedAdamW.Step([weight], [ones(1)], [moments], Settings));

        Assert.Contains("gradient of parameter 0", error.Message, StringComparison.Ordinal);
        Assert.Equal(0f, moments.Steps.item<float>());
    }

    [Fact]
    public void Step_ManyTimes_LeavesNoTensorBehind()
    {
        using var scope = NewDisposeScope();
        var (parameters, moments) = Problem(3);
        var gradients = Gradients(parameters, 0);
        var before = LiveTensors.Settled();

        for (var step = 0; step < 50; step++)
        {
            FusedAdamW.Step(parameters, gradients, moments, Settings);
        }

        LiveTensors.AssertNoMoreThan(before);
    }

    private static (Tensor[] Parameters, AdamWMoments[] Moments) Problem(long seed)
    {
        using var generator = new Generator((ulong)seed);
        Tensor[] parameters = [randn(5, 7, generator: generator), randn(33, generator: generator), randn(2, 3, 4, generator: generator)];
        return (parameters, [.. parameters.Select(Fresh)]);
    }

    private static AdamWMoments Fresh(Tensor parameter) => new(zeros_like(parameter), zeros_like(parameter), zeros(1));

    private static Tensor[] Gradients(Tensor[] parameters, int step) => [.. parameters.Select(parameter => parameter.detach().sin().add(0.1 * step))];
}
