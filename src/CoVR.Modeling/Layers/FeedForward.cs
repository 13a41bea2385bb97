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

    /// <summary>Two maps with a non-linearity between, whatever their names are, added to a residual if there is one.</summary>
    public static Tensor Apply(Tensor input, Linear first, bool quickGelu, Linear second, Tensor? residual = null)
    {
        using var widened = quickGelu ? TensorOps.Gelu(first.call(input), quick: true) : first.MapGelu(input);
        return residual is null ? second.call(widened) : second.MapAndAdd(widened, residual);
    }

    /// <summary>[B, N, C] to [B, N, C].</summary>
    public override Tensor forward(Tensor input) => Apply(input, _first, _quickGelu, _second);

    public Tensor AddTo(Tensor residual, Tensor input) => Apply(input, _first, _quickGelu, _second, residual);
}
