using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>What vision transformers of every layout share: pictures to tokens, then block after block.</summary>
/// <remarks>Values are unset until <see cref="Initialize"/> or a checkpoint sets them. Safe for concurrent use in evaluation.</remarks>
internal abstract class VisionTransformerModule : nn.Module<Tensor, Tensor>, IVisualEncoder
{
    private protected VisionTransformerModule(string name, VisionTransformerOptions options, ImageInput input)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(input);
        LayerSizes.RequireMultiple(options.Width, options.Heads, "The vision width", "the number of heads");
        LayerSizes.RequireMultiple(input.Size, options.PatchSize, "The image size", "the patch size");
        (Options, Input) = (options, input);
    }

    /// <inheritdoc/>
    public int Width => Options.Width;

    /// <inheritdoc/>
    public ImageInput Input { get; }

    /// <summary>Sizes and kinds.</summary>
    public VisionTransformerOptions Options { get; }

    /// <summary>The blocks, from first to last.</summary>
    public abstract IReadOnlyList<nn.Module<Tensor, Tensor>> Blocks { get; }

    /// <summary>Allocates a transformer of the options' layout.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="input">The pictures; their side is a multiple of the patch size.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <returns>The transformer; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The sizes or kinds do not go together.</exception>
    public static VisionTransformerModule Create(VisionTransformerOptions options, ImageInput input, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.ClipLayout
            ? new ClipVisionTransformer(options, input, device)
            : new VisionTransformer(options, input, device);
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor pixels) => call(pixels);

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

        return EmbedPatches(pixels);
    }

    /// <summary>Encodes pictures.</summary>
    /// <param name="input">[B, 3, S, S].</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var tokens = Embed(input);
        var blocks = Blocks;
        for (var i = 0; i < blocks.Count; i++)
        {
            var output = i >= blocks.Count - Options.CheckpointedBlocks && ActivationCheckpoint.IsUseful(blocks[i])
                ? ActivationCheckpoint.Apply(blocks[i], tokens)
                : blocks[i].call(tokens);
            tokens.Dispose();
            tokens = output;
        }

        return Finish(tokens).MoveToOuterDisposeScope();
    }

    /// <summary>Initializes weights as the reference does.</summary>
    /// <param name="initializer">The seeded source.</param>
    public abstract void Initialize(WeightInitializer initializer);

    private protected abstract Tensor EmbedPatches(Tensor pixels);

    private protected virtual Tensor Finish(Tensor tokens) => tokens;

    private protected double DropPathOf(int block) =>
        Options.Depth == 1 ? 0 : Options.DropPath * block / (Options.Depth - 1);
}
