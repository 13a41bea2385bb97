using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Pictures to patch tokens. Keys: <c>proj.*</c>, with a convolutional stem also <c>stages.*</c>.</summary>
internal sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "stages")]
    private readonly ModuleList<Convolution> _stages = new();

    [ComponentName(Name = "proj")]
    private readonly Convolution _projection;

    public PatchEmbedding(VisionTransformerOptions options, Device? device)
        : base(nameof(PatchEmbedding))
    {
        if (!options.ConvolutionalStem)
        {
            _projection = new Convolution(3, options.Width, options.PatchSize, options.PatchSize, device: device);
        }
        else
        {
            var channels = 3L;
            for (var size = options.PatchSize; size > 1; size /= 2)
            {
                var outputs = Math.Max(options.Width * 2 / size, 8);
                _stages.Add(new Convolution(channels, outputs, 3, 2, device: device));
                channels = outputs;
            }

            _projection = new Convolution(channels, options.Width, 1, 1, device: device);
        }

        RegisterComponents();
    }

    /// <summary>The convolutions before the projection; none for a plain patch embedding.</summary>
    public IEnumerable<Convolution> Stages => _stages;

    /// <summary>The last map to C channels.</summary>
    public Convolution Projection => _projection;

    /// <summary>[B, 3, S, S] to [B, N - 1, C].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        foreach (var stage in _stages)
        {
            input = TensorOps.Gelu(stage.call(input));
        }

        return _projection.call(input).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }
}
