using CoVR.Modeling;
using CoVR.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnnxBackbone;

/// <summary>Two frozen encoders of other people and what is learnt on top: a map from texts into the space of pictures, and a fusion of both.</summary>
internal sealed class FusionHead : nn.Module, IComposedEncoder
{
    private const double Sharpness = 2, Dropped = 0.3;

    private readonly OnnxPictureEncoder _pictureEncoder;
    private readonly OnnxTextEncoder _textEncoder;

    [ComponentName(Name = "fusion")]
    private readonly Sequential _fusion;

    // Of the texts that were learnt from: means [D] and [C], texts [N, C], and what each adds [N, D].
    private Tensor? _pictureMean, _textMean, _anchors, _answers;

    public FusionHead(OnnxPictureEncoder pictures, OnnxTextEncoder texts)
        : base(nameof(FusionHead))
    {
        (_pictureEncoder, _textEncoder) = (pictures, texts);
        _fusion = nn.Sequential(nn.Dropout(Dropped), nn.Linear(2 * Dimensions, Dimensions), nn.GELU(), nn.Dropout(Dropped), nn.Linear(Dimensions, Dimensions));
        RegisterComponents();
    }

    public int Vectors => 1;

    public int Dimensions => _pictureEncoder.Width;

    /// <summary>Learns the map from texts [N, C] to pictures [N, D] by kernel ridge regression; the larger a text's noise [N], the less it counts.</summary>
    public void Fit(Tensor pictures, Tensor texts, Tensor noise)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        (_pictureMean, _textMean) = (Unit(pictures).mean([0]).DetachFromDisposeScope(), Unit(texts).mean([0]).DetachFromDisposeScope());
        _anchors = Centred(texts, _textMean).DetachFromDisposeScope();
        _answers = linalg.solve(Kernel(_anchors) + diag(noise), Centred(pictures, _pictureMean)).DetachFromDisposeScope();
    }

    /// <summary>[B, 3, S, S] to [B, 1, D], by the ONNX file.</summary>
    public Tensor EncodeVisual(Tensor pixels) => _pictureEncoder.Encode(pixels);

    public Tensor EncodeTarget(Tensor visualTokens) => Centred(visualTokens, _pictureMean!);

    public Tensor EncodeCaption(TokenBatch caption) => EmbedTexts(_textEncoder.Encode(caption).squeeze(1));

    public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both)
    {
        using var scope = NewDisposeScope();
        var picture = parts.HasFlag(QueryParts.Reference) ? EncodeTarget(visualTokens ?? throw new ArgumentNullException(nameof(visualTokens))).squeeze(1) : null;
        var text = parts.HasFlag(QueryParts.Modification) ? EncodeCaption(modification ?? throw new ArgumentNullException(nameof(modification))) : null;
        var query = picture is null ? text! : text is null ? picture : Compose(picture, text);
        return query.unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Vectors of the text encoder [B, C] to unit rows [B, D].</summary>
    public Tensor EmbedTexts(Tensor vectors) => Unit(Kernel(Centred(vectors, _textMean!)).mm(_answers!));

    /// <summary>Embedded references and texts [B, D] to unit rows [B, D]: a weighted sum, and what the fusion adds.</summary>
    public Tensor Compose(Tensor pictures, Tensor texts) => Unit((0.5 * pictures) + texts + (0.5 * _fusion.call(cat([pictures, texts], 1))));

    private Tensor Kernel(Tensor texts) => exp(Sharpness * (texts.mm(_anchors!.t()) - 1));

    private static Tensor Centred(Tensor rows, Tensor mean) => Unit(Unit(rows) - mean);

    private static Tensor Unit(Tensor rows) => nn.functional.normalize(rows, dim: -1);
}
