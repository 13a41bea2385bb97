using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Two linear layers with a non-linearity between. Keys: <c>fc1.*</c>, <c>fc2.*</c>.</summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>, IBranch
{
    private readonly bool _quickGelu;

    [ComponentName(Name = "fc1")]
    private readonly Linear _first;

    [ComponentName(Name = "fc2")]
    private readonly Linear _second;

    public FeedForward(VisionTransformerOptions options, Device? device)
        : base(nameof(FeedForward))
    {
        _quickGelu = options.QuickGelu;
        _first = new Linear(options.Width, options.FeedForwardWidth, device: device);
        _second = new Linear(options.FeedForwardWidth, options.Width, device: device);
        RegisterComponents();
    }

    /// <summary>The map that closes the branch.</summary>
    public Linear Output => _second;

    /// <summary>The first map and its non-linearity, whatever their names are.</summary>
    public static Tensor Widen(Tensor input, Linear first, bool quickGelu) => quickGelu ? TensorOps.Gelu(first.call(input), quick: true) : first.MapGelu(input);

    /// <summary>[B, N, C] to [B, N, C].</summary>
    public override Tensor forward(Tensor input)
    {
        using var widened = Widen(input, _first, _quickGelu);
        return _second.call(widened);
    }

    public Tensor AddTo(Tensor residual, Tensor input)
    {
        using var widened = Widen(input, _first, _quickGelu);
        return _second.MapAndAdd(widened, residual);
    }
}
