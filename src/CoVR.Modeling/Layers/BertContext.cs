using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>What all layers of a <see cref="BertEncoder"/> look at beside the hidden states.</summary>
/// <param name="SelfMask">Added to self-attention scores, [B, 1, 1, T]; null when nothing is padded. See <see cref="BertMasks"/>.</param>
/// <param name="Encoder">[B, N, encoder width] for cross attention; null leaves cross attention out.</param>
/// <param name="EncoderMask">Added to cross-attention scores, [B, 1, 1, N]; null when nothing is padded.</param>
/// <param name="Queries">How many leading tokens are learnt queries; 0 without <see cref="BertOptions.QueryFeedForward"/>.</param>
/// <remarks>Owns none of the tensors.</remarks>
public sealed record BertContext(Tensor? SelfMask, Tensor? Encoder = null, Tensor? EncoderMask = null, int Queries = 0);
