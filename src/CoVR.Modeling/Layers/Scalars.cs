using TorchSharp;

namespace CoVR.Modeling.Layers;

/// <summary>Scalars that every call shares: each new one would be a native allocation that only a finaliser frees.</summary>
internal static class Scalars
{
    /// <summary>1.</summary>
    public static readonly Scalar One = 1.0;

    /// <summary>What is taken from the score of a padded text token, as in BERT.</summary>
    public static readonly Scalar PaddingPenalty = 10000.0;

    /// <summary>What is taken from the score of a padded encoder token: the largest 32-bit float.</summary>
    public static readonly Scalar EncoderPaddingPenalty = (double)float.MaxValue;

    /// <summary>The factor of the sigmoid's argument in <see cref="VisionTransformerOptions.QuickGelu"/>.</summary>
    public static readonly Scalar QuickGeluFactor = 1.702;
}
