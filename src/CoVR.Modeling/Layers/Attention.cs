using CoVR.Modeling.Inference;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Softmax attention over heads.</summary>
internal static class Attention
{
    /// <summary>softmax(q kᵀ / √d + mask) v.</summary>
    /// <param name="query">[B, H, Tq, d].</param>
    /// <param name="key">[B, H, Tk, d].</param>
    /// <param name="value">[B, H, Tk, d].</param>
    /// <param name="mask">Added to the scores, broadcast to [B, H, Tq, Tk]; may be null.</param>
    /// <param name="dropout">Probability with which a weight is dropped; 0 outside of training.</param>
    /// <returns>[B, Tq, H * d].</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout)
    {
        using var scope = NewDisposeScope();
        if (dropout == 0 && AttentionKernel.CanAttend(query, key, value, mask))
        {
            return AttentionKernel.Attend(query, key, value, mask).MoveToOuterDisposeScope();
        }

        var context = dropout > 0
            ? AttendWithDropout(query, key, value, mask, dropout)
            : nn.functional.scaled_dot_product_attention(query, key, value, mask);
        return context.transpose(1, 2).flatten(2).MoveToOuterDisposeScope();
    }

    /// <summary>Self-attention of one projection's output.</summary>
    /// <param name="packed">[B, T, 3 C]: queries, keys, values.</param>
    /// <param name="heads">H.</param>
    /// <returns>[B, T, C].</returns>
    public static Tensor AttendPacked(Tensor packed, int heads)
    {
        using var scope = NewDisposeScope();
        var (batch, tokens, width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3);
        var parts = packed.view(batch, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
        return Attend(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), null, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Splits the last dimension into heads.</summary>
    /// <param name="x">[B, T, H * d].</param>
    /// <param name="heads">H.</param>
    /// <returns>[B, H, T, d], a view.</returns>
    public static Tensor SplitHeads(Tensor x, int heads)
    {
        using var scope = NewDisposeScope();
        return x.view(x.shape[0], x.shape[1], heads, x.shape[2] / heads).transpose(1, 2).MoveToOuterDisposeScope();
    }

    // scaled_dot_product_attention is slower than this when it has to drop weights.
    private static Tensor AttendWithDropout(Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout)
    {
        var (batch, heads, queries, width) = (query.shape[0], query.shape[1], query.shape[2], query.shape[3]);
        var keys = key.shape[2];
        using TorchSharp.Scalar scale = 1 / Math.Sqrt(width);
        var scores = query.mul(scale).reshape(batch * heads, queries, width)
            .bmm(key.reshape(batch * heads, keys, width).transpose(1, 2))
            .view(batch, heads, queries, keys);
        var weights = (mask is null ? scores : scores.add(mask, Scalars.One)).softmax(-1);
        return nn.functional.dropout(weights, dropout).view(batch * heads, queries, keys)
            .bmm(value.reshape(batch * heads, keys, width))
            .view(batch, heads, queries, width);
    }
}
