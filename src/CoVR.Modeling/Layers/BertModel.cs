using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>
/// A BERT that reads a text alone, or together with visual tokens through cross attention, and with learnt queries before the text where its options say
/// so. Keys: <c>embeddings.*</c>, <c>encoder.layer.i.*</c>.
/// </summary>
/// <remarks>Values are unset until <see cref="Initialize"/> or a checkpoint sets them. Safe for concurrent use in evaluation.</remarks>
public class BertModel : nn.Module, ITextEncoder
{
    [ComponentName(Name = "embeddings")]
    private readonly BertEmbeddings _embeddings;

    [ComponentName(Name = "encoder")]
    private readonly BertEncoder _encoder;

    /// <summary>Allocates the layers.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="visualWidth">Width of the visual tokens.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <exception cref="ArgumentException">The sizes are inconsistent.</exception>
    public BertModel(BertOptions options, int visualWidth, Device? device = null)
        : base(nameof(BertModel))
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _embeddings = new BertEmbeddings(options, device);
        _encoder = new BertEncoder(options, visualWidth, device);
        RegisterComponents();
    }

    /// <summary>Sizes.</summary>
    public BertOptions Options { get; }

    /// <inheritdoc/>
    public int Width => Options.Width;

    /// <summary>The word embedding [vocabulary, C]; owned by the model.</summary>
    public Tensor Words => _embeddings.Words;

    internal BertEmbeddings Embeddings => _embeddings;

    internal BertEncoder Encoder => _encoder;

    /// <summary>Reads a text alone: no cross attention, no queries.</summary>
    /// <param name="text">Ids and mask [B, T].</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    /// <exception cref="ArgumentException">The text is too long.</exception>
    public Tensor Encode(TokenBatch text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var scope = NewDisposeScope();
        return _encoder.Apply(_embeddings.Embed(text.IdsOn(Words.device)), new BertContext(BertMasks.ForText(text.MaskOn(Words.device)))).MoveToOuterDisposeScope();
    }

    /// <summary>Reads pictures together with a text, with queries, or with both.</summary>
    /// <param name="visualTokens">[B, N, visual width].</param>
    /// <param name="ids">Token ids [B, T]; null without a text.</param>
    /// <param name="mask">Their mask [B, T]; null without a text.</param>
    /// <param name="queries">[1 or B, Q, C], put before the text; null without queries.</param>
    /// <param name="visualMask">[B, N] int64: 1 for tokens, 0 for padding; null when nothing is padded.</param>
    /// <returns>[B, Q + T, C], queries first; the caller's dispose scope owns it.</returns>
    /// <exception cref="ArgumentException">The batch sizes differ, the text is too long, or there are neither ids nor queries.</exception>
    public Tensor EncodeWithImage(Tensor visualTokens, Tensor? ids, Tensor? mask, Tensor? queries = null, Tensor? visualMask = null)
    {
        ArgumentNullException.ThrowIfNull(visualTokens);
        if (visualTokens.dim() != 3 || (ids is not null && visualTokens.shape[0] != ids.shape[0]))
        {
            throw new ArgumentException(
                $"There are {ids?.shape[0]} texts, but the visual tokens are [{string.Join(", ", visualTokens.shape)}].", nameof(visualTokens));
        }

        using var scope = NewDisposeScope();
        var count = queries?.shape[1] ?? 0;
        var hidden = _embeddings.Embed(ids, queries?.expand(visualTokens.shape[0], -1, -1));
        var context = new BertContext(
            mask is null ? null : BertMasks.ForText(count == 0 ? mask : cat([ones([mask.shape[0], count], mask.dtype, mask.device), mask], 1)),
            visualTokens,
            visualMask is null ? null : BertMasks.ForEncoder(visualMask),
            (int)count);
        return _encoder.Apply(hidden, context).MoveToOuterDisposeScope();
    }

    /// <summary>Writes a text about a picture, each time the most probable token; in evaluation.</summary>
    /// <param name="visualTokens">[1, N, visual width].</param>
    /// <param name="prompt">How the text begins; at least one id.</param>
    /// <param name="score">Scores of the next token, [1, vocabulary], by the last hidden state [1, C].</param>
    /// <param name="end">The id that ends the text.</param>
    /// <param name="least">Tokens that the text has at least, with the prompt.</param>
    /// <param name="most">Tokens that it has at most; up to <see cref="BertOptions.MaxPositions"/>.</param>
    /// <returns>The ids after the prompt, without the end.</returns>
    /// <exception cref="ArgumentException">The prompt is empty, or the text could be too long.</exception>
    public IReadOnlyList<int> Generate(Tensor visualTokens, IReadOnlyList<int> prompt, Func<Tensor, Tensor> score, int end, int least = 10, int most = 30)
    {
        ArgumentNullException.ThrowIfNull(visualTokens);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Count, nameof(prompt));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, Options.MaxPositions);
        using var noGrad = no_grad();
        using var cache = new KeyValueCache();
        using Scalar never = float.NegativeInfinity;
        List<int> written = [.. prompt];
        for (var (read, next) = (0, -1); written.Count < most; written.Add(next))
        {
            using var scope = NewDisposeScope();
            var ids = tensor(written.Skip(read).Select(id => (long)id).ToArray(), device: Words.device).unsqueeze(0);
            read = written.Count;
            var scores = score(Decode(ids, visualTokens, cache).select(1, -1));
            if (written.Count < least)
            {
                scores.select(1, end).fill_(never);
            }

            next = (int)scores.argmax(1).item<long>();
            if (next == end)
            {
                break;
            }
        }

        return written[prompt.Count..];
    }

    /// <summary>Reads a text about pictures from left to right: every token sees those before it.</summary>
    /// <param name="ids">[B, T] int64; with a cache, what follows the tokens in it.</param>
    /// <param name="visualTokens">[B, N, visual width].</param>
    /// <param name="cache">Earlier tokens; null for none.</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    internal Tensor Decode(Tensor ids, Tensor visualTokens, KeyValueCache? cache = null)
    {
        using var scope = NewDisposeScope();
        var (count, before) = (ids.shape[1], cache?.Length ?? 0);
        var hidden = _encoder.Apply(_embeddings.EmbedFrom(ids, before), new BertContext(count == 1 ? null : BertMasks.Causal(count, before, Words.device), visualTokens, Cache: cache));
        if (cache is not null)
        {
            cache.Length = before + count;
        }

        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Initializes weights as the reference does: normal, biases 0.</summary>
    /// <param name="initializer">The seeded source.</param>
    public virtual void Initialize(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        initializer.TransformerLayers(this, Options.InitializerRange);
    }
}
