using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>
/// A vision transformer in timm's layout: BLIP's, and EVA's with two biases and without a final norm. Keys:
/// <c>cls_token</c> [1, 1, C], <c>pos_embed</c> [1, N, C], <c>patch_embed.*</c>, <c>blocks.i.*</c>, <c>norm.*</c>.
/// </summary>
/// <remarks>
/// Dosovitskiy et al. 2020 (arXiv 2010.11929), Fang et al. 2022 (arXiv 2211.07636); reference: <c>src/model/blip/vit.py</c>,
/// LAVIS' <c>lavis/models/eva_vit.py</c>. Safe for concurrent use in evaluation.
/// </remarks>
internal sealed class VisionTransformer : VisionTransformerModule
{
    [ComponentName(Name = "cls_token")]
    private Parameter _classToken;

    [ComponentName(Name = "pos_embed")]
    private Parameter _positions;

    [ComponentName(Name = "patch_embed")]
    private readonly PatchEmbedding _patchEmbedding;

    [ComponentName(Name = "blocks")]
    private readonly ModuleList<VisionBlock> _blocks = new();

    [ComponentName(Name = "norm")]
    private readonly LayerNorm? _norm;

    /// <summary>Allocates a transformer.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="input">The pictures; their side is a multiple of the patch size.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <exception cref="ArgumentException">The sizes are inconsistent.</exception>
    public VisionTransformer(VisionTransformerOptions options, ImageInput input, Device? device = null)
        : base(nameof(VisionTransformer), options, input)
    {
        _patchEmbedding = new PatchEmbedding(options, device);
        _classToken = Parameters.Uninitialized(device, 1, 1, options.Width);
        _positions = Parameters.Uninitialized(device, 1, options.Patches(input.Size) + 1, options.Width);
        for (var i = 0; i < options.Depth; i++)
        {
            _blocks.Add(new VisionBlock(options, DropPathOf(i), device));
        }

        _norm = options.FinalNorm ? nn.LayerNorm(options.Width, options.NormEpsilon, device: device) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<nn.Module<Tensor, Tensor>> Blocks => [.. _blocks];

    /// <inheritdoc/>
    /// <remarks>
    /// Normal (by default with deviation 0.02), biases 0, the patch map as PyTorch's default; with
    /// <see cref="VisionTransformerOptions.DepthScaledInitialization"/> smaller towards the end.
    /// </remarks>
    public override void Initialize(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        initializer.Normal(_classToken, 0.02);
        if (Options.SinCosPositions)
        {
            SinCosPositions.Fill(_positions, Input.Size / Options.PatchSize, Options.PositionWavelength);
        }
        else
        {
            initializer.Normal(_positions, 0.02);
        }

        initializer.TransformerLayers(_blocks, Options.InitializerRange);
        if (Options.DepthScaledInitialization)
        {
            ScaleBranchesByDepth();
        }

        foreach (var stage in _patchEmbedding.Stages)
        {
            initializer.KaimingNormal(stage);
        }

        initializer.PyTorchDefault(_patchEmbedding.Projection);
    }

    private protected override Tensor EmbedPatches(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var classTokens = _classToken.expand(pixels.shape[0], -1, -1);
        var tokens = cat([classTokens, _patchEmbedding.call(pixels)], 1);
        return TensorOps.AddResidual(_positions, tokens).MoveToOuterDisposeScope();
    }

    private protected override Tensor Finish(Tensor tokens) => _norm is null ? tokens : _norm.call(tokens);

    private void ScaleBranchesByDepth()
    {
        using var noGrad = no_grad();
        for (var i = 0; i < _blocks.Count; i++)
        {
            using Scalar factor = 1 / Math.Sqrt(2.0 * (i + 1));
            foreach (var output in _blocks[i].BranchOutputs)
            {
                output.Weight.mul_(factor);
            }
        }
    }
}
