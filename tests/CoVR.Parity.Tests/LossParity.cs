using CoVR.Losses;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests;

/// <summary>Contrastive losses with the gradients of both features.</summary>
public sealed class LossParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Group == "losses" && Create(golden) is not null;

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var first = golden.InputTensor("first").requires_grad_();
        var second = golden.InputTensor("second").requires_grad_();
        var loss = new QueryToTargetTerm(Create(golden)!).Compute(new TrainingEmbeddings(first, second, null, golden.Config.GetProperty("temp").GetDouble()));
        loss.backward();
        Compare(golden, "loss", loss);
        Compare(golden, "grad_first", first.grad!);
        Compare(golden, "grad_second", second.grad!);
    }

    private static IContrastiveLoss? Create(GoldenCase golden)
    {
        if (golden.Function.Contains("HardNegativeNCE", StringComparison.Ordinal))
        {
            return new HardNegativeNceLoss(golden.Config.GetProperty("alpha").GetDouble(), golden.Config.GetProperty("beta").GetDouble());
        }

        return golden.Function.Contains("CrossEntropyLoss", StringComparison.Ordinal) ? new CrossEntropyContrastiveLoss() : null;
    }

    /// <summary>Equal where the reference is finite, and finite everywhere.</summary>
    private static void Compare(GoldenCase golden, string output, Tensor actual)
    {
        var expected = golden.Output(output);
        Assert.Equal(expected.Shape, actual.shape);
        var ours = actual.detach().contiguous().data<float>().ToArray();
        Assert.True(ours.All(float.IsFinite), $"{golden.Id} {output} has values that are not finite.");
        var wanted = expected.Floats;
        float[] comparable = [.. wanted.Select((value, at) => float.IsFinite(value) ? value : ours[at])];
        NumericAssert.Close(comparable, ours, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} {output}");
    }
}
