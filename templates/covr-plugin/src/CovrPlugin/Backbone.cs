using CoVR.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CovrPlugin;

/// <summary>A small convolutional network: pictures of 32 x 32 pixels become 16 tokens of 64 numbers.</summary>
/// <remarks>Registered by <c>services.AddCoVR().UseBlip(...).UseVisualEncoder&lt;Backbone&gt;()</c>.</remarks>
public sealed class Backbone : nn.Module<Tensor, Tensor>, IVisualEncoder
{
    // The name under which files keep the weights: visual_encoder.stages.0.weight and so on.
    [ComponentName(Name = "stages")]
    private readonly Sequential _stages = nn.Sequential(
        nn.Conv2d(3, 32, 3, stride: 2, padding: 1),
        nn.GELU(),
        nn.Conv2d(32, 64, 3, stride: 2, padding: 1),
        nn.GELU(),
        nn.Conv2d(64, 64, 3, stride: 2, padding: 1));

    public Backbone()
        : base(nameof(Backbone)) => RegisterComponents();

    public int Width => 64;

    public ImageInput Input { get; } = ImageInput.Clip(32);

    public Tensor Encode(Tensor pixels) => call(pixels);

    /// <summary>[B, 3, 32, 32] to [B, 16, 64].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _stages.call(input).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }
}
