using CoVR.Modeling;
using CoVR.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnnxBackbone;

/// <summary>Two frozen encoders of other people and what is trained on top: a space of D dimensions for pictures and texts, and a fusion of both.</summary>
internal sealed class FusionHead : nn.Module, IComposedEncoder
{
    private readonly OnnxPictureEncoder _pictureEncoder;
    private readonly OnnxTextEncoder _textEncoder;

    [ComponentName(Name = "pictures")]
    private readonly Sequential _pictures;

    [ComponentName(Name = "texts")]
    private readonly Sequential _texts;

    [ComponentName(Name = "fusion")]
    private readonly Sequential _fusion;

    public FusionHead(OnnxPictureEncoder pictures, OnnxTextEncoder texts, int dimensions)
        : base(nameof(FusionHead))
    {
        (_pictureEncoder, _textEncoder, Dimensions) = (pictures, texts, dimensions);
        _pictures = nn.Sequential(nn.LayerNorm(pictures.Width), nn.Dropout(0.3), nn.Linear(pictures.Width, dimensions));
        _texts = nn.Sequential(nn.LayerNorm(texts.Width), nn.Dropout(0.2), nn.Linear(texts.Width, 1024), nn.GELU(), nn.Dropout(0.3), nn.Linear(1024, dimensions));
        _fusion = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * dimensions, 2 * dimensions), nn.GELU(), nn.Dropout(0.3), nn.Linear(2 * dimensions, dimensions));
        RegisterComponents();
    }

    public int Vectors => 1;

    public int Dimensions { get; }

    /// <summary>[B, 3, S, S] to [B, 1, C], by the ONNX file.</summary>
    public Tensor EncodeVisual(Tensor pixels) => _pictureEncoder.Encode(pixels);

    public Tensor EncodeTarget(Tensor visualTokens) => Unit(_pictures.call(visualTokens));

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
    public Tensor EmbedTexts(Tensor vectors) => Unit(_texts.call(vectors));

    /// <summary>Embedded references and texts [B, D] to unit rows [B, D]: their sum, and what the fusion adds.</summary>
    public Tensor Compose(Tensor pictures, Tensor texts) => Unit(pictures + texts + _fusion.call(cat([pictures, texts], 1)));

    private static Tensor Unit(Tensor rows) => nn.functional.normalize(rows, dim: -1);
}
