using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>The layers of a BERT. Keys: <c>layer.i.*</c>.</summary>
/// <remarks>Values are unset until a <see cref="WeightInitializer"/> or a checkpoint sets them. Safe for concurrent use in evaluation.</remarks>
internal sealed class BertEncoder : nn.Module<Tensor, BertContext, Tensor>
{
    [ComponentName(Name = "layer")]
    private readonly ModuleList<BertLayer> _layers = new();

    /// <summary>Allocates the layers.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="encoderWidth">Width of the tokens that cross attention attends to.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <exception cref="ArgumentException">The sizes are inconsistent.</exception>
    public BertEncoder(BertOptions options, int encoderWidth, Device? device = null)
        : base(nameof(BertEncoder))
    {
        ArgumentNullException.ThrowIfNull(options);
        LayerSizes.RequireMultiple(options.Width, options.Heads, "The text width", "the number of heads");
        for (var i = 0; i < options.Depth; i++)
        {
            _layers.Add(new BertLayer(options, i, encoderWidth, device));
        }

        RegisterComponents();
    }

    /// <summary>The layers, from first to last.</summary>
    public IReadOnlyList<BertLayer> Layers => [.. _layers];

    /// <summary>Applies all layers.</summary>
    /// <param name="hidden">[B, T, C] from <see cref="BertEmbeddings"/>; left as it is.</param>
    /// <param name="context">Masks and encoder tokens.</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    public Tensor Apply(Tensor hidden, BertContext context) => call(hidden, context);

    /// <inheritdoc cref="Apply(Tensor, BertContext)"/>
    public override Tensor forward(Tensor hidden, BertContext context)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        using var scope = NewDisposeScope();
        for (var i = 0; i < _layers.Count; i++)
        {
            var output = _layers[i].call(hidden, context);
            if (i > 0)
            {
                hidden.Dispose();
            }

            hidden = output;
        }

        return hidden.MoveToOuterDisposeScope();
    }
}

/// <summary>Inputs shared by all layers of a <see cref="BertEncoder"/> besides the hidden states.</summary>
/// <param name="SelfMask">Added to self-attention scores, [B, 1, 1, T], or [1, 1, T, T] for a text that is read from left to right; null when nothing is hidden. See <see cref="BertMasks"/>.</param>
/// <param name="Encoder">[B, N, encoder width] for cross attention; null leaves cross attention out.</param>
/// <param name="EncoderMask">Added to cross-attention scores, [B, 1, 1, N]; null when nothing is padded.</param>
/// <param name="Queries">How many leading tokens are learnt queries; 0 without <see cref="BertOptions.QueryFeedForward"/>.</param>
/// <param name="Cache">What was read before <c>T</c> tokens that follow; null when the text is read at once.</param>
/// <remarks>Owns none of the tensors.</remarks>
internal sealed record BertContext(Tensor? SelfMask, Tensor? Encoder = null, Tensor? EncoderMask = null, int Queries = 0, KeyValueCache? Cache = null);
