using CoVR.Modeling;
using CoVR.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip;

/// <summary>BLIP's text encoder ("MED"): a BERT that reads a text alone, or together with visual tokens through cross attention.</summary>
/// <remarks>Li et al. 2022 (arXiv 2201.12086); reference: <c>BertModel</c> of <c>src/model/blip/med.py</c>.</remarks>
internal sealed class MedTextEncoder : BertModel
{
    private readonly long _encoderToken;

    /// <summary>Allocates the encoder; the id of [ENC] is the last of the vocabulary unless it is given.</summary>
    public MedTextEncoder(BertOptions options, int visualWidth, int? encoderToken = null, Device? device = null)
        : base(options, visualWidth, device)
    {
        _encoderToken = encoderToken ?? (options.VocabularySize - 1);
        if (_encoderToken < 0 || _encoderToken >= options.VocabularySize)
        {
            throw new ArgumentException($"Id {_encoderToken} of [ENC] is not in the vocabulary of {options.VocabularySize}.", nameof(encoderToken));
        }
    }

    /// <summary>Reads a text together with a picture (the reference's mode <c>multimodal</c>): the first token becomes [ENC].</summary>
    /// <param name="text">Ids and mask [B, T]; left as they are.</param>
    /// <param name="visualTokens">[B, N, visual width].</param>
    /// <param name="visualMask">[B, N] int64: 1 for tokens, 0 for padding; null when nothing is padded.</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    public Tensor EncodeWithImage(TokenBatch text, Tensor visualTokens, Tensor? visualMask = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var scope = NewDisposeScope();
        return EncodeWithImage(visualTokens, WithEncoderToken(text.IdsOn(Words.device)), text.MaskOn(Words.device), visualMask: visualMask).MoveToOuterDisposeScope();
    }

    private Tensor WithEncoderToken(Tensor ids)
    {
        using Scalar token = _encoderToken;
        ids.select(1, 0).fill_(token);
        return ids;
    }
}
