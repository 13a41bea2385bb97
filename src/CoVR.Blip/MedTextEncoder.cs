using CoVR.Modeling;
using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Blip;

/// <summary>
/// BLIP's text encoder ("MED"): a BERT that reads a text alone, or together with visual tokens through cross attention.
/// Keys: <c>embeddings.*</c>, <c>encoder.layer.i.*</c>.
/// </summary>
/// <remarks>
/// Li et al. 2022 (arXiv 2201.12086); reference: <c>BertModel</c> of <c>src/model/blip/med.py</c>. Values are unset until
/// <see cref="Initialise"/> or a checkpoint sets them. Safe for concurrent use in evaluation.
/// </remarks>
public sealed class MedTextEncoder : TextEncoderModule
{
    private readonly BertOptions _options;
    private readonly long _encoderToken;

    [ComponentName(Name = "embeddings")]
    private readonly BertEmbeddings _embeddings;

    [ComponentName(Name = "encoder")]
    private readonly BertEncoder _encoder;

    /// <summary>Allocates the encoder.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="visualWidth">Width of the visual tokens.</param>
    /// <param name="encoderToken">The id of [ENC]; null for the last of the vocabulary.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <exception cref="ArgumentException">The sizes do not go together.</exception>
    public MedTextEncoder(BertOptions options, int visualWidth, int? encoderToken = null, Device? device = null)
        : base(nameof(MedTextEncoder))
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _encoderToken = encoderToken ?? (options.VocabularySize - 1);
        if (_encoderToken < 0 || _encoderToken >= options.VocabularySize)
        {
            throw new ArgumentException($"Id {_encoderToken} of [ENC] is not in the vocabulary of {options.VocabularySize}.", nameof(encoderToken));
        }

        _embeddings = new BertEmbeddings(options, device);
        _encoder = new BertEncoder(options, visualWidth, device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override int Width => _options.Width;

    /// <summary>Words and positions.</summary>
    public BertEmbeddings Embeddings => _embeddings;

    /// <summary>The layers.</summary>
    public BertEncoder Layers => _encoder;

    /// <summary>Reads a text alone (the reference's mode <c>text</c>): no cross attention, the first token stays [CLS].</summary>
    /// <param name="text">Ids and mask [B, T].</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    /// <exception cref="ArgumentException">The text is too long.</exception>
    public override Tensor Encode(TokenBatch text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var scope = NewDisposeScope();
        var hidden = _embeddings.Embed(text.Ids);
        return _encoder.Apply(hidden, new BertContext(BertMasks.ForText(text.Mask))).MoveToOuterDisposeScope();
    }

    /// <summary>Reads a text together with a picture (the reference's mode <c>multimodal</c>): the first token becomes [ENC].</summary>
    /// <param name="text">Ids and mask [B, T]; left as they are.</param>
    /// <param name="visualTokens">[B, N, visual width].</param>
    /// <param name="visualMask">[B, N] int64: 1 for tokens, 0 for padding; null when nothing is padded.</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    /// <exception cref="ArgumentException">The batch sizes differ, or the text is too long.</exception>
    public Tensor EncodeWithImage(TokenBatch text, Tensor visualTokens, Tensor? visualMask = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(visualTokens);
        if (visualTokens.dim() != 3 || visualTokens.shape[0] != text.Ids.shape[0])
        {
            throw new ArgumentException(
                $"There are {text.Ids.shape[0]} texts, but the visual tokens are [{string.Join(", ", visualTokens.shape)}].", nameof(visualTokens));
        }

        using var scope = NewDisposeScope();
        var hidden = _embeddings.Embed(WithEncoderToken(text.Ids));
        var visualPenalty = visualMask is null ? null : BertMasks.ForEncoder(visualMask);
        var context = new BertContext(BertMasks.ForText(text.Mask), visualTokens, visualPenalty);
        return _encoder.Apply(hidden, context).MoveToOuterDisposeScope();
    }

    /// <summary>Sets fresh weights as the reference does: normal, biases 0.</summary>
    /// <param name="initializer">The seeded source.</param>
    public void Initialise(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        initializer.TransformerLayers(this, _options.InitializerRange);
    }

    private Tensor WithEncoderToken(Tensor ids)
    {
        var changed = ids.clone();
        using Scalar token = _encoderToken;
        changed.select(1, 0).fill_(token);
        return changed;
    }
}
