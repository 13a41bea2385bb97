using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;

namespace CoVR.Reranking.Scoring;

/// <summary>A transformer layer with normalized inputs: self-attention, attention to a query if it has one, feed-forward.</summary>
internal sealed class PairLayer : nn.Module
{
    [ComponentName(Name = "self_norm")]
    private readonly LayerNorm _selfNorm;

    [ComponentName(Name = "self")]
    private readonly HeadAttention _self;

    [ComponentName(Name = "cross_norm")]
    private readonly LayerNorm? _crossNorm;

    [ComponentName(Name = "cross")]
    private readonly HeadAttention? _cross;

    [ComponentName(Name = "feed_norm")]
    private readonly LayerNorm _feedNorm;

    [ComponentName(Name = "feed_in")]
    private readonly Linear _in;

    [ComponentName(Name = "feed_out")]
    private readonly Linear _out;

    public PairLayer(PairScorerSizes sizes, bool looksAtQuery)
        : base(nameof(PairLayer))
    {
        (_selfNorm, _self) = (nn.LayerNorm(sizes.Width), new HeadAttention(sizes));
        (_crossNorm, _cross) = looksAtQuery ? (nn.LayerNorm(sizes.Width), new HeadAttention(sizes)) : (null, null);
        (_feedNorm, _in, _out) = (nn.LayerNorm(sizes.Width), new Linear(sizes.Width, 4 * sizes.Width), new Linear(4 * sizes.Width, sizes.Width));
        RegisterComponents();
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="tokens">[B * K, N, W], the K sequences of each of B queries one after the other.</param>
    /// <param name="mask">[B * K, 1, 1, N], or null: which tokens count.</param>
    /// <param name="query">[B, S, W]; null for a layer that has no query.</param>
    /// <param name="queryMask">[B, 1, 1, S], or null.</param>
    /// <returns>[B * K, N, W].</returns>
    public Tensor Apply(Tensor tokens, Tensor? mask, Tensor? query = null, Tensor? queryMask = null)
    {
        var normal = _selfNorm.call(tokens);
        tokens = tokens + _self.Attend(normal, normal, mask);
        if (_cross is not null)
        {
            // All candidates of a query look at it as one long sequence, so that its keys are computed once.
            var together = _crossNorm!.call(tokens).reshape(query!.shape[0], -1, tokens.shape[2]);
            tokens = tokens + _cross.Attend(together, query, queryMask).reshape(tokens.shape);
        }

        return tokens + _out.call(nn.functional.gelu(_in.call(_feedNorm.call(tokens))));
    }
}

/// <summary>Attention with several heads.</summary>
internal sealed class HeadAttention : nn.Module
{
    private readonly int _heads;

    [ComponentName(Name = "query")]
    private readonly Linear _query;

    [ComponentName(Name = "key")]
    private readonly Linear _key;

    [ComponentName(Name = "value")]
    private readonly Linear _value;

    [ComponentName(Name = "output")]
    private readonly Linear _output;

    public HeadAttention(PairScorerSizes sizes)
        : base(nameof(HeadAttention))
    {
        _heads = sizes.Heads;
        (_query, _key, _value, _output) = (Square(), Square(), Square(), Square());
        RegisterComponents();

        Linear Square() => new(sizes.Width, sizes.Width);
    }

    /// <summary>Attends.</summary>
    /// <param name="from">[B, N, W].</param>
    /// <param name="to">[B, S, W].</param>
    /// <param name="mask">[B, 1, 1, S] of bool, or null.</param>
    public Tensor Attend(Tensor from, Tensor to, Tensor? mask)
    {
        var attended = nn.functional.scaled_dot_product_attention(Split(_query.call(from)), Split(_key.call(to)), Split(_value.call(to)), mask);
        return _output.call(attended.transpose(1, 2).reshape(from.shape));
    }

    private Tensor Split(Tensor tokens) => tokens.reshape(tokens.shape[0], tokens.shape[1], _heads, -1).transpose(1, 2);
}
