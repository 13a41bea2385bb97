using CoVR.Modeling;
using CoVR.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnnxBackbone;

/// <summary>Two frozen encoders of other people and what is trained on top: a map from texts into the space of pictures, and a fusion of both.</summary>
internal sealed class FusionHead : nn.Module, IComposedEncoder
{
    private const double Ridge = 2, Dropped = 0.2;

    private readonly OnnxPictureEncoder _pictureEncoder;
    private readonly OnnxTextEncoder _textEncoder;

    [ComponentName(Name = "pictures")]
    private readonly Linear _pictures;

    [ComponentName(Name = "texts")]
    private readonly Linear _texts;

    [ComponentName(Name = "fusion")]
    private readonly Sequential _fusion;

    [ComponentName(Name = "picture_mean")]
    private Tensor _pictureMean;

    [ComponentName(Name = "text_mean")]
    private Tensor _textMean;

    public FusionHead(OnnxPictureEncoder pictures, OnnxTextEncoder texts)
        : base(nameof(FusionHead))
    {
        (_pictureEncoder, _textEncoder) = (pictures, texts);
        (_pictureMean, _textMean) = (zeros(pictures.Width), zeros(texts.Width));
        _pictures = nn.Linear(pictures.Width, pictures.Width, hasBias: false);
        _texts = nn.Linear(texts.Width, pictures.Width, hasBias: false);
        _fusion = nn.Sequential(nn.Dropout(Dropped), nn.Linear(2 * pictures.Width, pictures.Width), nn.GELU(), nn.Dropout(Dropped), nn.Linear(pictures.Width, pictures.Width));
        RegisterComponents();
    }

    public int Vectors => 1;

    public int Dimensions => _pictureEncoder.Width;

    /// <summary>Starts from the linear map that takes captions [B, C] closest to their pictures [B, D], found by ridge regression.</summary>
    public void Fit(Tensor pictures, Tensor captions)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        _pictureMean.copy_(Unit(pictures).mean([0]));
        _textMean.copy_(Unit(captions).mean([0]));
        var (x, y) = (Centred(captions, _textMean), Centred(pictures, _pictureMean));
        _texts.weight.copy_(linalg.solve(x.t().mm(x) + (eye(x.shape[1]) * Ridge), x.t().mm(y)).t());
        _pictures.weight.copy_(eye(Dimensions));
    }

    /// <summary>[B, 3, S, S] to [B, 1, D], by the ONNX file.</summary>
    public Tensor EncodeVisual(Tensor pixels) => _pictureEncoder.Encode(pixels);

    public Tensor EncodeTarget(Tensor visualTokens) => Unit(_pictures.call(Drop(Centred(visualTokens, _pictureMean))));

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
    public Tensor EmbedTexts(Tensor vectors) => Unit(_texts.call(Drop(Centred(vectors, _textMean))));

    /// <summary>Embedded references and texts [B, D] to unit rows [B, D]: a weighted sum, and what the fusion adds.</summary>
    public Tensor Compose(Tensor pictures, Tensor texts) => Unit((0.5 * pictures) + texts + (0.5 * _fusion.call(cat([pictures, texts], 1))));

    private Tensor Drop(Tensor rows) => nn.functional.dropout(rows, Dropped, training);

    private static Tensor Centred(Tensor rows, Tensor mean) => Unit(Unit(rows) - mean);

    private static Tensor Unit(Tensor rows) => nn.functional.normalize(rows, dim: -1);
}
