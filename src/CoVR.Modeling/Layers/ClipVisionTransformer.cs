using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>
/// The vision transformer of OpenAI's CLIP, without its last norm and projection. Keys: <c>conv1.weight</c>,
/// <c>class_embedding</c> [C], <c>positional_embedding</c> [N, C], <c>ln_pre.*</c>, <c>transformer.resblocks.i.*</c>.
/// </summary>
/// <remarks>Radford et al. 2021 (arXiv 2103.00020); reference: LAVIS' <c>lavis/models/clip_vit.py</c>. Safe for concurrent use in evaluation.</remarks>
internal sealed class ClipVisionTransformer : VisionTransformerModule
{
    [ComponentName(Name = "conv1")]
    private readonly Convolution _patches;

    [ComponentName(Name = "class_embedding")]
    private Parameter _classToken;

    [ComponentName(Name = "positional_embedding")]
    private Parameter _positions;

    [ComponentName(Name = "ln_pre")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "transformer")]
    private readonly ClipBlockList _transformer;

    /// <summary>Allocates a transformer.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="input">The pictures; their side is a multiple of the patch size.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <exception cref="ArgumentException">The sizes are inconsistent, or CLIP has no such kind.</exception>
    public ClipVisionTransformer(VisionTransformerOptions options, ImageInput input, Device? device = null)
        : base(nameof(ClipVisionTransformer), options, input)
    {
        if (options is not { ConvolutionalStem: false, QkvBias: true, KeyBias: true, FinalNorm: false })
        {
            throw new ArgumentException("CLIP's vision transformer needs a plain patch stem, all attention biases and no final norm.", nameof(options));
        }

        _patches = new Convolution(3, options.Width, options.PatchSize, options.PatchSize, bias: false, device);
        _classToken = Parameters.Uninitialized(device, options.Width);
        _positions = Parameters.Uninitialized(device, options.Patches(input.Size) + 1, options.Width);
        _norm = nn.LayerNorm(options.Width, options.NormEpsilon, device: device);
        _transformer = new ClipBlockList(options, DropPathOf, device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<nn.Module<Tensor, Tensor>> Blocks => [.. _transformer.Blocks];

    /// <inheritdoc/>
    /// <remarks>Class token and positions normal with deviation 1 / √C, everything else as PyTorch's defaults.</remarks>
    public override void Initialize(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        var deviation = 1 / Math.Sqrt(Width);
        initializer.PyTorchDefault(_patches);
        initializer.Normal(_classToken, deviation);
        initializer.Normal(_positions, deviation);
        foreach (var block in _transformer.Blocks)
        {
            block.Initialize(initializer);
        }
    }

    private protected override Tensor EmbedPatches(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var patches = _patches.call(pixels).flatten(2).transpose(1, 2);
        var tokens = cat([_classToken.view(1, 1, -1).expand(pixels.shape[0], -1, -1), patches], 1);
        return _norm.call(TensorOps.AddResidual(_positions, tokens)).MoveToOuterDisposeScope();
    }

    private sealed class ClipBlockList : nn.Module
    {
        [ComponentName(Name = "resblocks")]
        private readonly ModuleList<ClipVisionBlock> _blocks = new();

        public ClipBlockList(VisionTransformerOptions options, Func<int, double> dropPath, Device? device)
            : base(nameof(ClipBlockList))
        {
            for (var i = 0; i < options.Depth; i++)
            {
                _blocks.Add(new ClipVisionBlock(options, dropPath(i), device));
            }

            RegisterComponents();
        }

        public ModuleList<ClipVisionBlock> Blocks => _blocks;
    }
}
