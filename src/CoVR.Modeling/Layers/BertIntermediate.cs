using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>The widening half of a feed-forward. Keys: <c>dense.*</c>.</summary>
internal sealed class BertIntermediate : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")]
    private readonly Linear _dense;

    public BertIntermediate(BertOptions options, Device? device)
        : base(nameof(BertIntermediate))
    {
        _dense = new Linear(options.Width, options.FeedForwardWidth, device: device);
        RegisterComponents();
    }

    /// <summary>[B, T, C] to [B, T, feed-forward width].</summary>
    public override Tensor forward(Tensor input) => _dense.MapGelu(input);
}
