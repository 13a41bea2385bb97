using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Two linear layers with a non-linearity between. Keys: <c>fc1.*</c>, <c>fc2.*</c>.</summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>
{
    private readonly Activation _activation;

    [ComponentName(Name = "fc1")]
    private readonly Linear _first;

    [ComponentName(Name = "fc2")]
    private readonly Linear _second;

    public FeedForward(VisionTransformerOptions options, Device? device)
        : base(nameof(FeedForward))
    {
        _activation = options.Activation;
        _first = new Linear(options.Width, options.FeedForwardWidth, device: device);
        _second = new Linear(options.FeedForwardWidth, options.Width, device: device);
        RegisterComponents();
    }

    /// <summary>[B, N, C] to [B, N, C].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var hidden = TensorOps.Activate(_first.call(input), _activation);
        return _second.call(hidden).MoveToOuterDisposeScope();
    }
}
