using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Blip2;

/// <summary>The part of a <see cref="QFormer"/> that retrieval calls. Keys: <c>embeddings.*</c>, <c>encoder.layer.i.*</c>.</summary>
internal sealed class QFormerLayers : nn.Module
{
    [ComponentName(Name = "embeddings")]
    private readonly BertEmbeddings _embeddings;

    [ComponentName(Name = "encoder")]
    private readonly BertEncoder _encoder;

    public QFormerLayers(BertOptions options, int visualWidth, Device? device)
        : base(nameof(QFormerLayers))
    {
        _embeddings = new BertEmbeddings(options, device);
        _encoder = new BertEncoder(options, visualWidth, device);
        RegisterComponents();
    }

    public BertEmbeddings Embeddings => _embeddings;

    public BertEncoder Encoder => _encoder;
}
