using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>The matrix products of a model and nothing else: what its time is compared with.</summary>
internal sealed class LinearLayers : IDisposable
{
    private readonly List<(Tensor Weight, Tensor Bias, Tensor Input)> _layers = [];

    /// <summary>Adds a linear layer with its own input.</summary>
    /// <param name="count">How often the model has it.</param>
    /// <param name="rows">Rows of the input: batch x tokens.</param>
    /// <param name="inputs">Columns of the input.</param>
    /// <param name="outputs">Columns of the output.</param>
    public LinearLayers Add(int count, long rows, long inputs, long outputs)
    {
        var input = randn(rows, inputs);
        for (var i = 0; i < count; i++)
        {
            _layers.Add((randn(outputs, inputs), randn(outputs), i == 0 ? input : input.alias()));
        }

        return this;
    }

    /// <summary>Runs all of them.</summary>
    public void Run()
    {
        using var noGrad = no_grad();
        foreach (var (weight, bias, input) in _layers)
        {
            nn.functional.linear(input, weight, bias).Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (weight, bias, input) in _layers)
        {
            weight.Dispose();
            bias.Dispose();
            input.Dispose();
        }
    }
}
