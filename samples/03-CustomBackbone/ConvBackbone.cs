using CoVR.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CustomBackbone;

/// <summary>A custom convolutional network: 32 x 32 pixels to one token for the whole picture and 16 for its regions.</summary>
/// <remarks>It is independent of BLIP, which adopts its width and its picture size.</remarks>
internal sealed class ConvBackbone : nn.Module<Tensor, Tensor>, IVisualEncoder
{
    private const int Channels = 96;
    private const int Places = 4 * 4;

    // The names under which files keep the weights: visual_encoder.stages.0.weight and so on.
    [ComponentName(Name = "stages")]
    private readonly Sequential _stages = nn.Sequential(
        nn.Conv2d(3, 32, 3, stride: 2, padding: 1),
        nn.GELU(),
        nn.Conv2d(32, 64, 3, stride: 2, padding: 1),
        nn.GELU(),
        nn.Conv2d(64, Channels, 3, stride: 2, padding: 1),
        nn.GELU());

    [ComponentName(Name = "whole")]
    private readonly Linear _whole = nn.Linear(Places * Channels, Channels);

    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm = nn.LayerNorm(Channels);

    [ComponentName(Name = "positions")]
    private Parameter _positions = new(randn(1, Places, Channels) * 0.1f);

    /// <summary>Makes a network with new weights of libtorch's generator.</summary>
    public ConvBackbone()
        : base(nameof(ConvBackbone)) => RegisterComponents();

    /// <inheritdoc/>
    public int Width => Channels;

    /// <inheritdoc/>
    public ImageInput Input { get; } = ImageInput.Clip(32);

    /// <inheritdoc/>
    public Tensor Encode(Tensor pixels) => call(pixels);

    /// <summary>[B, 3, 32, 32] to [B, 17, 96], the token of the whole picture first.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var places = _stages.call(input).flatten(2).transpose(1, 2);
        var picture = _whole.call(places.flatten(1)).unsqueeze(1);
        return _norm.call(cat([picture, places + _positions], 1)).MoveToOuterDisposeScope();
    }
}
