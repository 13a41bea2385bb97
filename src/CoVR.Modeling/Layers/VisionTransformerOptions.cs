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

    /// <summary>Biases of the fused projection.</summary>
    /// <value><see cref="QkvBias.All"/>.</value>
    public QkvBias QkvBias { get; init; } = QkvBias.All;

    /// <summary>Non-linearity of the feed-forwards.</summary>
    /// <value><see cref="Activation.Gelu"/>.</value>
    public Activation Activation { get; init; } = Activation.Gelu;

    /// <summary>Probability of stochastic depth in the last block; it rises linearly from 0 in the first.</summary>
    /// <value>0.1; BLIP's ViT-B has 0.</value>
    [Range(0, 0.99)]
    public double DropPath { get; init; } = 0.1;

    /// <summary>How the parts are called and arranged; <see cref="VisionLayout.Clip"/> wants a plain patch stem, all biases and no final norm.</summary>
    /// <value><see cref="VisionLayout.Timm"/>: BLIP and EVA.</value>
    public VisionLayout Layout { get; init; } = VisionLayout.Timm;

    /// <summary>Whether a norm follows the last block.</summary>
    /// <value>True; EVA and CLIP have none.</value>
    public bool FinalNorm { get; init; } = true;

    /// <summary>How a picture becomes tokens.</summary>
    /// <value><see cref="VisionStem.Patch"/>.</value>
    public VisionStem Stem { get; init; } = VisionStem.Patch;

    /// <summary>What positions start as in a new model.</summary>
    /// <value><see cref="PositionInitialization.Normal"/>.</value>
    public PositionInitialization Positions { get; init; } = PositionInitialization.Normal;

    /// <summary>The slowest of the sines and cosines repeats after 2π times this many patches.</summary>
    /// <value>10000, as in MAE. On a grid of a few patches most of those hardly change: take a few times the grid's side.</value>
    [Range(1, 1e9)]
    public double PositionWavelength { get; init; } = 10000;

    /// <summary>Standard deviation of fresh weights in the blocks.</summary>
    /// <value>0.02. A narrow transformer learns faster with about 1 / √C.</value>
    [Range(0, 10)]
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Whether fresh weights of the two maps that close the branches of block i (from 1) are divided by √(2 i), so that the outputs of a deep stack start small.</summary>
    /// <value>False; EVA does it, as BEiT did (arXiv 2106.08254). Only <see cref="VisionLayout.Timm"/> reads it.</value>
    public bool DepthScaledInitialization { get; init; }

    /// <summary>How many of the last blocks forget their activations in training and compute them again for the gradient.</summary>
    /// <value>12, as in the reference; it acts only where gradients of the weights are recorded, and never changes a number.</value>
    [Range(0, 1024)]
    public int CheckpointedBlocks { get; init; } = 12;

    /// <summary>Patches of a picture.</summary>
    /// <param name="imageSize">S.</param>
    /// <returns>N - 1.</returns>
    public int Patches(int imageSize) => imageSize / PatchSize * (imageSize / PatchSize);
}

/// <summary>The non-linearity of a feed-forward.</summary>
public enum Activation
{
    /// <summary>x Φ(x) with the error function: BLIP, BERT and EVA.</summary>
    Gelu,

    /// <summary>x σ(1.702 x): OpenAI's CLIP.</summary>
    QuickGelu,
}

/// <summary>The two families of vision transformers, which call and arrange their parts differently.</summary>
public enum VisionLayout
{
    /// <summary><see cref="VisionTransformer"/>: <c>patch_embed</c>, <c>cls_token</c>, <c>blocks</c>; BLIP and EVA.</summary>
    Timm,

    /// <summary><see cref="ClipVisionTransformer"/>: <c>conv1</c> without bias, <c>class_embedding</c>, <c>ln_pre</c>, <c>transformer.resblocks</c>; OpenAI's CLIP.</summary>
    Clip,
}

/// <summary>Which of the fused query, key and value projections have a bias.</summary>
public enum QkvBias
{
    /// <summary>None.</summary>
    None,

    /// <summary>All three, stored as <c>qkv.bias</c>: BLIP.</summary>
    All,

    /// <summary>Queries and values, stored as <c>q_bias</c> and <c>v_bias</c>; the key's is zero: EVA.</summary>
    QueryAndValue,
}

/// <summary>How a picture becomes patch tokens.</summary>
public enum VisionStem
{
    /// <summary>One linear map of each patch, as in the published models.</summary>
    Patch,

    /// <summary>
    /// Convolutions of stride 2 with non-linearities between; learns faster when a small model is trained from nothing
    /// (Xiao et al. 2021, arXiv 2106.14881). The patch size is a power of 2.
    /// </summary>
    Convolutional,
}

/// <summary>What learnt positions of visual tokens start as.</summary>
public enum PositionInitialization
{
    /// <summary>Small random numbers, as in the published models.</summary>
    Normal,

    /// <summary>Sines and cosines of row and column with amplitude 1; learns faster when a small model is trained from nothing.</summary>
    SinCos,
}
