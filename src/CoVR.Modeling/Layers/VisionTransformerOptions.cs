using System.ComponentModel.DataAnnotations;

namespace CoVR.Modeling.Layers;

/// <summary>The sizes and kinds of a vision transformer; the defaults are BLIP's ViT-L/16.</summary>
public sealed record VisionTransformerOptions
{
    /// <summary>Side of a patch in pixels; divides the picture's side.</summary>
    /// <value>16.</value>
    [Range(1, 256)]
    public int PatchSize { get; init; } = 16;

    /// <summary>C, the width of a token; a multiple of <see cref="Heads"/>.</summary>
    /// <value>1024.</value>
    [Range(1, 16384)]
    public int Width { get; init; } = 1024;

    /// <summary>Number of blocks.</summary>
    /// <value>24.</value>
    [Range(1, 1024)]
    public int Depth { get; init; } = 24;

    /// <summary>Attention heads of a block.</summary>
    /// <value>16.</value>
    [Range(1, 256)]
    public int Heads { get; init; } = 16;

    /// <summary>Width of a feed-forward.</summary>
    /// <value>4096.</value>
    [Range(1, 65536)]
    public int FeedForwardWidth { get; init; } = 4096;

    /// <summary>Added to the variance in every norm.</summary>
    /// <value>1e-6; CLIP has 1e-5.</value>
    [Range(0.0, 1.0)]
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether the fused projection of queries, keys and values has biases.</summary>
    /// <value>True.</value>
    public bool QkvBias { get; init; } = true;

    /// <summary>Whether the keys are among those that have one.</summary>
    /// <value>True: all three, stored as <c>qkv.bias</c> (BLIP). EVA has false: <c>q_bias</c> and <c>v_bias</c>, and the key's is zero.</value>
    public bool KeyBias { get; init; } = true;

    /// <summary>Whether the feed-forwards' non-linearity is x σ(1.702 x), as in OpenAI's CLIP.</summary>
    /// <value>False: x Φ(x) with the error function, as in BLIP, BERT and EVA.</value>
    public bool QuickGelu { get; init; }

    /// <summary>Probability of stochastic depth in the last block; it rises linearly from 0 in the first.</summary>
    /// <value>0.1; BLIP's ViT-B has 0.</value>
    [Range(0, 0.99)]
    public double DropPath { get; init; } = 0.1;

    /// <summary>
    /// Whether the parts are called and arranged as in OpenAI's CLIP: <c>conv1</c> without bias, <c>class_embedding</c>, <c>ln_pre</c>,
    /// <c>transformer.resblocks</c>. That layout wants a plain patch stem, all biases and no final norm.
    /// </summary>
    /// <value>False: timm's <c>patch_embed</c>, <c>cls_token</c>, <c>blocks</c>, as in BLIP and EVA.</value>
    public bool ClipLayout { get; init; }

    /// <summary>Whether a norm follows the last block.</summary>
    /// <value>True; EVA and CLIP have none.</value>
    public bool FinalNorm { get; init; } = true;

    /// <summary>
    /// Whether convolutions of stride 2 with non-linearities between make the tokens of a picture; learns faster when a small model is trained from nothing
    /// (Xiao et al. 2021, arXiv 2106.14881). The patch size is a power of 2 then.
    /// </summary>
    /// <value>False: one linear map of each patch, as in the published models.</value>
    public bool ConvolutionalStem { get; init; }

    /// <summary>Whether learnt positions start as sines and cosines of row and column with amplitude 1; learns faster when a small model is trained from nothing.</summary>
    /// <value>False: small random numbers, as in the published models.</value>
    public bool SinCosPositions { get; init; }

    /// <summary>The slowest of the sines and cosines repeats after 2π times this many patches.</summary>
    /// <value>10000, as in MAE. On a grid of a few patches most of those hardly change: take a few times the grid's side.</value>
    [Range(1, 1e9)]
    public double PositionWavelength { get; init; } = 10000;

    /// <summary>Standard deviation of fresh weights in the blocks.</summary>
    /// <value>0.02. A narrow transformer learns faster with about 1 / √C.</value>
    [Range(0, 10)]
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Whether fresh weights of the two maps that close the branches of block i (from 1) are divided by √(2 i), so that the outputs of a deep stack start small.</summary>
    /// <value>False; EVA does it, as BEiT did (arXiv 2106.08254). <see cref="ClipLayout"/> does not read it.</value>
    public bool DepthScaledInitialization { get; init; }

    /// <summary>How many of the last blocks recompute their activations in training for the gradient.</summary>
    /// <value>12, as in the reference; it matters only if gradients of the weights are recorded, and never changes results.</value>
    [Range(0, 1024)]
    public int CheckpointedBlocks { get; init; } = 12;

    /// <summary>Patches of a picture.</summary>
    /// <param name="imageSize">S.</param>
    /// <returns>N - 1.</returns>
    public int Patches(int imageSize) => imageSize / PatchSize * (imageSize / PatchSize);
}
