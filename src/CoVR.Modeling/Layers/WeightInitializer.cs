using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Sets fresh weights from a seed, without touching the global generator.</summary>
/// <remarks>Not thread-safe. The same seed and the same order of calls give the same weights.</remarks>
public sealed class WeightInitializer : IDisposable
{
    private readonly Generator _generator;

    /// <summary>Starts a source.</summary>
    /// <param name="seed">Any number.</param>
    public WeightInitializer(ulong seed)
    {
        NativeTorch.EnsureLoaded();
        _generator = new Generator(seed);
    }

    /// <summary>Draws values of a normal distribution around 0.</summary>
    /// <param name="values">The tensor to fill, on the CPU.</param>
    /// <param name="deviation">Its standard deviation.</param>
    /// <remarks>The reference cuts at ±2 where its deviation is 0.02: a hundred deviations, which never happens.</remarks>
    public void Normal(Tensor values, double deviation)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var noGrad = no_grad();
        values.normal_(0, deviation, _generator);
    }

    /// <summary>Normal weights and zero biases in every <see cref="Linear"/> and word embedding below a module.</summary>
    /// <param name="root">The module.</param>
    /// <param name="deviation">Standard deviation of the weights.</param>
    public void TransformerLayers(nn.Module root, double deviation)
    {
        ArgumentNullException.ThrowIfNull(root);
        foreach (var module in root.modules())
        {
            switch (module)
            {
                case Linear linear:
                    Normal(linear.Weight, deviation);
                    Zero(linear.Bias);
                    break;
                case Embedding embedding:
                    Normal(embedding.Weight, deviation);
                    break;
            }
        }
    }

    /// <summary>PyTorch's default of a linear layer: uniform within ± 1 / √inputs, weight and bias.</summary>
    /// <param name="layer">The layer.</param>
    public void PyTorchDefault(Linear layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Uniform(layer.Weight, layer.Bias);
    }

    /// <summary>PyTorch's default of a convolution: uniform within ± 1 / √(inputs of one output), weight and bias.</summary>
    /// <param name="layer">The layer.</param>
    internal void PyTorchDefault(Convolution layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Uniform(layer.Weight, layer.Bias);
    }

    /// <summary>Uniform values within ± √(6 / (inputs + outputs)) (Glorot and Bengio 2010): PyTorch's default of a packed attention projection.</summary>
    /// <param name="weight">[outputs, inputs], on the CPU.</param>
    public void XavierUniform(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var bound = Math.Sqrt(6.0 / (weight.shape[0] + weight.shape[1]));
        using var noGrad = no_grad();
        weight.uniform_(-bound, bound, _generator);
    }

    /// <summary>Normal weights that keep the scale of rectified signals, bias 0 (He et al. 2015, arXiv 1502.01852).</summary>
    /// <param name="layer">The layer.</param>
    internal void KaimingNormal(Convolution layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Normal(layer.Weight, Math.Sqrt(2.0 / InputsOf(layer.Weight)));
        Zero(layer.Bias);
    }

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();

    private static long InputsOf(Tensor weight) => weight.numel() / weight.shape[0];

    private static void Zero(Tensor? bias)
    {
        using var noGrad = no_grad();
        bias?.zero_();
    }

    private void Uniform(Tensor weight, Tensor? bias)
    {
        var bound = 1 / Math.Sqrt(InputsOf(weight));
        using var noGrad = no_grad();
        weight.uniform_(-bound, bound, _generator);
        bias?.uniform_(-bound, bound, _generator);
    }
}
