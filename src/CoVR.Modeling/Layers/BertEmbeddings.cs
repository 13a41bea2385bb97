using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;

namespace CoVR.Modeling.Layers;

/// <summary>
/// Words and positions of a text, without token types. Keys: <c>word_embeddings.*</c>, <c>position_embeddings.*</c>,
/// <c>LayerNorm.*</c> and the buffer <c>position_ids</c> [1, max positions], which released files hold.
/// </summary>
/// <remarks>Reference: <c>src/model/blip/med.py</c>, <c>src/model/blip2/Qformer.py</c>. Safe for concurrent use in evaluation.</remarks>
internal sealed class BertEmbeddings : nn.Module<Tensor?, Tensor?, Tensor>
{
    private readonly BertOptions _options;

    [ComponentName(Name = "position_ids")]
    private Tensor _positionIds;

    [ComponentName(Name = "word_embeddings")]
    private readonly Embedding _words;

    [ComponentName(Name = "position_embeddings")]
    private readonly Embedding _positions;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm _norm;

    /// <summary>Allocates the tables.</summary>
    /// <param name="options">Sizes; the vocabulary has at least one row.</param>
    /// <param name="device">Where; null for the CPU.</param>
    public BertEmbeddings(BertOptions options, Device? device = null)
        : base(nameof(BertEmbeddings))
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _positionIds = arange(options.MaxPositions, ScalarType.Int64, device).unsqueeze_(0).DetachFromDisposeScope();
        _words = new Embedding(options.VocabularySize, options.Width, options.PaddingIndex, device);
        _positions = new Embedding(options.MaxPositions, options.Width, device: device);
        _norm = nn.LayerNorm(options.Width, options.NormEpsilon, device: device);
        RegisterComponents();
    }

    /// <summary>The vectors of the words, [vocabulary, C]; owned by the module.</summary>
    public Tensor Words => _words.Weight;

    /// <summary>Embeds a text, with learnt queries before it if there are any.</summary>
    /// <param name="ids">[B, T] int64 in [0, vocabulary); null for queries alone.</param>
    /// <param name="queries">[B, Q, C], which get no positions; null for text alone.</param>
    /// <returns>[B, Q + T, C]; the caller's dispose scope owns it.</returns>
    /// <exception cref="ArgumentException">Both are missing, or the text is too long.</exception>
    public Tensor Embed(Tensor? ids, Tensor? queries = null) => call(ids, queries);

    /// <summary>Embeds a part of a text, in evaluation.</summary>
    /// <param name="ids">[B, T] int64 in [0, vocabulary).</param>
    /// <param name="start">The position of the first.</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    /// <exception cref="ArgumentException">The text is too long.</exception>
    public Tensor EmbedFrom(Tensor ids, long start)
    {
        using var scope = NewDisposeScope();
        return _norm.call(EmbedText(ids, start)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Embed"/>
    public override Tensor forward(Tensor? ids, Tensor? queries)
    {
        using var scope = NewDisposeScope();
        var hidden = (ids, queries) switch
        {
            (null, null) => throw new ArgumentException("There are no token ids and no queries.", nameof(ids)),
            (null, _) => queries,
            (_, null) => EmbedText(ids),
            _ => cat([queries, EmbedText(ids)], 1),
        };
        return nn.functional.dropout(_norm.call(hidden), _options.Dropout, training).MoveToOuterDisposeScope();
    }

    private Tensor EmbedText(Tensor ids, long start = 0)
    {
        if (ids.dim() != 2 || start + ids.shape[1] > _options.MaxPositions)
        {
            throw new ArgumentException(
                $"Token ids are [B, T] with T up to {_options.MaxPositions}, not [{string.Join(", ", ids.shape)}].", nameof(ids));
        }

        return TensorOps.AddResidual(_positions.Weight.narrow(0, start, ids.shape[1]), _words.call(ids));
    }
}
