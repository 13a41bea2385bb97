using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses.Tests;

[Collection("torch")]
public sealed class HardNegativeNceLossTests
{
    private static readonly float[] Square = [2.0f, -0.5f, 0.3f, 1.1f, 0.7f, -1.2f, 0.4f, 0.9f, 1.6f];

    [Fact]
    public void Compute_ReferenceForm_DividesByTheSumOfTheColumnsRow()
    {
        using var scope = NewDisposeScope();
        var loss = new HardNegativeNceLoss(2, 0.5).Compute(tensor(Square, [3, 3]));
        NumericAssert.Close([(float)Expected(2, 0.5, broadcastSlip: true)], [loss.item<float>()], 1e-6, 1e-6, "loss");
    }

    [Fact]
    public void Compute_TextbookForm_DividesByTheSumOfTheOwnRow()
    {
        using var scope = NewDisposeScope();
        var loss = new HardNegativeNceLoss(2, 0.5, HnNceNormalization.Textbook).Compute(tensor(Square, [3, 3]));
        var (slip, textbook) = (Expected(2, 0.5, true), Expected(2, 0.5, false));
        Assert.True(Math.Abs(slip - textbook) > 1e-3, "The example must tell the two forms apart.");
        NumericAssert.Close([(float)textbook], [loss.item<float>()], 1e-6, 1e-6, "loss");
    }

    [Theory]
    [InlineData(nameof(HnNceNormalization.Reference))]
    [InlineData(nameof(HnNceNormalization.Textbook))]
    public void Compute_ExtremeLogits_ValueAndGradientAreFinite(string normalization)
    {
        using var scope = NewDisposeScope();
        float[] extreme = [1e4f, -1e4f, 300, 5e3f, -2e3f, 88, 0, 1e4f, -1e4f];
        var logits = tensor(extreme, [3, 3]).requires_grad_();
        var loss = new HardNegativeNceLoss(1, 0.5, Enum.Parse<HnNceNormalization>(normalization)).Compute(logits);
        loss.backward();
        Assert.True(float.IsFinite(loss.item<float>()));
        Assert.All(logits.grad!.data<float>().ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1.3862944f)]
    [InlineData(0.5, -1.3862944f)]
    public void Compute_BatchOfOne_IsTwiceLogAlphaWithoutGradient(double alpha, float expected)
    {
        using var scope = NewDisposeScope();
        var logits = tensor([14.0f], [1, 1]).requires_grad_();
        var loss = new HardNegativeNceLoss(alpha).Compute(logits);
        loss.backward();
        Assert.Equal(expected, loss.item<float>(), 1e-6f);
        Assert.Equal(0, logits.grad!.item<float>());
    }

    [Fact]
    public void Compute_Gradient_AgreesWithFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        var values = Array.ConvertAll(Square, value => (double)value);
        var loss = new HardNegativeNceLoss(1.5, 0.7);
        var logits = tensor(values, [3, 3]).requires_grad_();
        loss.Compute(logits).backward();
        var gradient = logits.grad!.data<double>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal((Shifted(loss, values, i, 1e-5) - Shifted(loss, values, i, -1e-5)) / 2e-5, gradient[i], 1e-7);
        }
    }

    [Fact]
    public void Compute_NotSquare_SaysWhichShape()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => new HardNegativeNceLoss().Compute(zeros(2, 3)));
        Assert.Contains("[2, 3]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(double.NaN, 0.5)]
    [InlineData(1, -0.1)]
    [InlineData(1, double.PositiveInfinity)]
    public void Constructor_ValueOutOfRange_IsRefused(double alpha, double beta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HardNegativeNceLoss(alpha, beta));

    private static double Shifted(HardNegativeNceLoss loss, double[] values, int at, double by)
    {
        double[] moved = [.. values];
        moved[at] += by;
        using var scope = NewDisposeScope();
        return loss.Compute(tensor(moved, [3, 3])).item<double>();
    }

    /// <summary>The formula written out with loops and raw exponentials.</summary>
    private static double Expected(double alpha, double beta, bool broadcastSlip)
    {
        const int n = 3;
        double S(int i, int j) => Square[(i * n) + j];
        double RowSum(int i) => Enumerable.Range(0, n).Where(k => k != i).Sum(k => Math.Exp(beta * S(i, k)));
        double ColumnSum(int j) => Enumerable.Range(0, n).Where(k => k != j).Sum(k => Math.Exp(beta * S(k, j)));
        double Weight(int i, int j, double sum) => i == j ? alpha : (n - 1) * Math.Exp(beta * S(i, j)) / sum;
        return Enumerable.Range(0, n).Average(i =>
            Math.Log(Enumerable.Range(0, n).Sum(j => Math.Exp(S(i, j)) * Weight(i, j, RowSum(broadcastSlip ? j : i))))
            + Math.Log(Enumerable.Range(0, n).Sum(k => Math.Exp(S(k, i)) * Weight(k, i, ColumnSum(i))))
            - (2 * S(i, i)));
    }
}
