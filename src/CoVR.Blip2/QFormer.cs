using CoVR.Modeling;
using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Blip2;

/// <summary>
/// The Q-Former: a BERT in which learnt queries look at a picture and, if there is one, at a text. Keys:
/// <c>bert.embeddings.*</c>, <c>bert.encoder.layer.i.*</c>, and <c>cls.predictions.*</c> of a language head that retrieval does not call.
/// </summary>
/// <remarks>
/// <para>Li et al. 2023 (arXiv 2301.12597); reference: <c>BertLMHeadModel</c> of <c>src/model/blip2/Qformer.py</c>. Queries come
/// first and have no positions; only they look at the picture, in every second layer, and they have feed-forwards of their
/// own. The head's weight <c>cls.predictions.decoder.weight</c> is the word embedding, <c>cls.predictions.decoder.bias</c> is
/// <c>cls.predictions.bias</c>: one parameter each, listed under both names by <c>state_dict</c> as PyTorch lists them.</para>
/// <para>Values are unset until <see cref="Initialize"/> or a checkpoint sets them. Safe for concurrent use in evaluation.</para>
/// </remarks>
internal sealed class QFormer : nn.Module, ITextEncoder
{
    private readonly BertOptions _options;

    [ComponentName(Name = "bert")]
    private readonly BertModel _bert;

    [ComponentName(Name = "cls")]
    private readonly LanguageHead _head;

    /// <summary>Allocates a Q-Former.</summary>
    /// <param name="options">Sizes; <see cref="BertOptions.QueryFeedForward"/> is on.</param>
    /// <param name="visualWidth">Width of the visual tokens.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <exception cref="ArgumentException">The sizes are inconsistent, or the queries have no feed-forward.</exception>
    public QFormer(BertOptions options, int visualWidth, Device? device = null)
        : base(nameof(QFormer))
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.QueryFeedForward)
        {
            throw new ArgumentException($"A Q-Former has {nameof(options.QueryFeedForward)}.", nameof(options));
        }

        _options = options;
        _bert = new BertModel(options, visualWidth, device);
        _head = new LanguageHead(options, device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public int Width => _options.Width;

    /// <summary>The layers.</summary>
    public BertModel Bert => _bert;

    /// <inheritdoc/>
    public Tensor Encode(TokenBatch text) => _bert.Encode(text);

    /// <summary>Lets queries look at pictures, and at texts if there are any.</summary>
    /// <param name="queries">[1 or B, Q, C].</param>
    /// <param name="visualTokens">[B, N, visual width].</param>
    /// <param name="text">Ids and mask [B, T]; null for pictures alone.</param>
    /// <param name="visualMask">[B, N] int64: 1 for tokens, 0 for padding; null when nothing is padded.</param>
    /// <returns>[B, Q + T, C], queries first; the caller's dispose scope owns it.</returns>
    public Tensor Encode(Tensor queries, Tensor visualTokens, TokenBatch? text = null, Tensor? visualMask = null) =>
        _bert.EncodeWithImage(visualTokens, text?.IdsOn(_bert.Words.device), text?.MaskOn(_bert.Words.device), queries, visualMask);

    /// <summary>Initializes weights as the reference does: normal, biases 0, the queries' feed-forwards as copies of the texts'.</summary>
    /// <param name="initializer">The seeded source.</param>
    public void Initialize(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        initializer.TransformerLayers(this, _options.InitializerRange);
        _head.Initialize();
        CopyTextToQueries();
    }

    /// <inheritdoc/>
    /// <remarks>The tied tensors are listed under both of their names.</remarks>
    public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
    {
        var state = base.state_dict(destination, prefix);
        var start = string.IsNullOrEmpty(prefix) ? "cls.predictions.decoder." : prefix + ".cls.predictions.decoder.";
        state.TryAdd(start + "weight", _bert.Words);
        state.TryAdd(start + "bias", _head.Bias);
        return state;
    }

    private void CopyTextToQueries()
    {
        using var noGrad = no_grad();
        var weights = named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (var (name, parameter) in weights.Where(entry => entry.Key.Contains("_query.", StringComparison.Ordinal)))
        {
            parameter.copy_(weights[name.Replace("_query.", ".", StringComparison.Ordinal)]);
        }
    }
}
