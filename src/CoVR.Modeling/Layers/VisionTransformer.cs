using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>
/// A vision transformer in timm's layout. Keys: <c>cls_token</c> [1, 1, C], <c>pos_embed</c> [1, N, C],
/// <c>patch_embed.*</c>, <c>blocks.i.*</c>, <c>norm.*</c>.
/// </summary>
/// <remarks>
/// Dosovitskiy et al. 2020 (arXiv 2010.11929); reference: <c>src/model/blip/vit.py</c>. Values are unset until
/// <see cref="WeightInitializer"/> or a checkpoint sets them. Safe for concurrent use in evaluation.
/// </remarks>
public sealed class VisionTransformer : VisualEncoderModule
{
    private readonly VisionTransformerOptions _options;

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
    /// <exception cref="ArgumentException">The sizes do not go together.</exception>
    public VisionTransformer(VisionTransformerOptions options, ImageInput input, Device? device = null)
        : base(nameof(VisionTransformer))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(input);
        LayerSizes.RequireMultiple(options.Width, options.Heads, "The vision width", "the number of heads");
        LayerSizes.RequireMultiple(input.Size, options.PatchSize, "The image size", "the patch size");
        (_options, Input) = (options, input);
        _patchEmbedding = new PatchEmbedding(options, device);
        _classToken = Parameters.Uninitialised(device, 1, 1, options.Width);
        _positions = Parameters.Uninitialised(device, 1, options.Patches(input.Size) + 1, options.Width);
        for (var i = 0; i < options.Depth; i++)
        {
            _blocks.Add(new VisionBlock(options, DropPathOf(i), device));
        }

        _norm = options.FinalNorm ? new LayerNorm(options.Width, options.NormEpsilon, device) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override int Width => _options.Width;

    /// <inheritdoc/>
    public override ImageInput Input { get; }

    /// <summary>The blocks, from first to last.</summary>
    public IReadOnlyList<VisionBlock> Blocks => [.. _blocks];

    /// <summary>Patches, class token and positions: what enters the first block.</summary>
    /// <param name="pixels">[B, 3, S, S].</param>
    /// <returns>[B, N, C]; the caller's dispose scope owns it.</returns>
    /// <exception cref="ArgumentException">The pixels have another shape.</exception>
    public Tensor Embed(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        var size = Input.Size;
        if (pixels.dim() != 4 || pixels.shape[1] != 3 || pixels.shape[2] != size || pixels.shape[3] != size)
        {
            throw new ArgumentException($"Pixels are [B, 3, {size}, {size}], not [{string.Join(", ", pixels.shape)}].", nameof(pixels));
        }

        using var scope = NewDisposeScope();
        var classTokens = _classToken.expand(pixels.shape[0], -1, -1);
        var tokens = cat([classTokens, _patchEmbedding.call(pixels)], 1);
        return TensorOps.AddResidual(_positions, tokens).MoveToOuterDisposeScope();
    }

    /// <summary>Encodes pictures.</summary>
    /// <param name="input">[B, 3, S, S].</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var tokens = Embed(input);
        for (var i = 0; i < _blocks.Count; i++)
        {
            tokens = Apply(i, tokens);
        }

        return (_norm is null ? tokens : _norm.call(tokens)).MoveToOuterDisposeScope();
    }

    /// <summary>Sets fresh weights as the reference does: normal (by default with deviation 0.02), biases 0, the patch map as PyTorch's default.</summary>
    /// <param name="initializer">The seeded source.</param>
    public void Initialise(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        initializer.Normal(_classToken, 0.02);
        if (_options.Positions == PositionInitialisation.SinCos)
        {
            SinCosPositions.Fill(_positions, Input.Size / _options.PatchSize, _options.PositionWavelength);
        }
        else
        {
            initializer.Normal(_positions, 0.02);
        }

        initializer.TransformerLayers(_blocks, _options.InitializerRange);
        foreach (var stage in _patchEmbedding.Stages)
        {
            initializer.KaimingNormal(stage);
        }

        initializer.PyTorchDefault(_patchEmbedding.Projection);
    }

    private Tensor Apply(int index, Tensor tokens)
    {
        var output = index >= _blocks.Count - _options.CheckpointedBlocks && training && ActivationCheckpoint.IsUseful(_blocks[index])
            ? ActivationCheckpoint.Apply(_blocks[index], tokens)
            : _blocks[index].call(tokens);
        tokens.Dispose();
        return output;
    }

    private double DropPathOf(int block) =>
        _options.Depth == 1 ? 0 : _options.DropPath * block / (_options.Depth - 1);
}
