using CoVR.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Turns a batch, or some of its rows, into pooled embeddings. Results belong to the caller's dispose scope.</summary>
internal sealed class BatchEncoder(IComposedEncoder encoder, ComposedTrainingStepOptions options)
{
    private readonly Device _device = options.Device ?? CPU;

    internal bool CaptionsHaveGradients(ComposedBatch batch) => batch is { CaptionEmbeddings: null, Captions: not null } && options.CaptionGradients;

    /// <summary>[b F, N, C], F frames of each reference; null when queries are made of text alone.</summary>
    internal Tensor? VisualTokens(ComposedBatch batch, BatchRows rows)
    {
        if (!options.Parts.HasFlag(QueryParts.Reference))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var precision = MixedPrecision.Enter(options.Precision, _device);
        var tokens = batch.VisualTokens is { } table
            ? table.Select([.. batch.Triplets.Skip(rows.Start).Take(rows.Count).Select(triplet => triplet.Reference)], _device)
            : encoder.EncodeVisual((batch.References ?? throw new ArgumentException("The batch has no references.", nameof(batch))).ToTensor(_device, rows));
        return tokens.MoveToOuterDisposeScope();
    }

    /// <summary>[b, D].</summary>
    internal Tensor Queries(ComposedBatch batch, BatchRows rows, Tensor? visualTokens)
    {
        using var scope = NewDisposeScope();
        var frames = visualTokens is null ? 1 : (int)visualTokens.shape[0] / rows.Count;
        var queries = EncodeQueries(batch, rows, visualTokens, frames);
        return Pool(frames == 1 ? queries : MergeFrames(queries, frames)).MoveToOuterDisposeScope();
    }

    /// <summary>[b, D] of the model, or of the store; null without.</summary>
    internal Tensor? Captions(ComposedBatch batch, BatchRows rows)
    {
        using var scope = NewDisposeScope();
        if (batch.CaptionEmbeddings is { } stored)
        {
            return Pool(ToTensor(stored)).narrow(0, rows.Start, rows.Count).MoveToOuterDisposeScope();
        }

        if (batch.Captions is null)
        {
            return null;
        }

        using var gradients = set_grad_enabled(options.CaptionGradients && is_grad_enabled());
        using var precision = MixedPrecision.Enter(options.Precision, _device);
        return MixedPrecision.Leave(encoder.EncodeCaption(Tokens(batch.Captions, rows))).MoveToOuterDisposeScope();
    }

    /// <summary>[B, D] of the whole batch.</summary>
    internal Tensor Targets(ComposedBatch batch)
    {
        using var scope = NewDisposeScope();
        var pooled = Pool(ToTensor(batch.Targets));
        return (options.NormalizeTargets ?? batch.Targets.Vectors == 1 ? nn.functional.normalize(pooled, dim: 1) : pooled).MoveToOuterDisposeScope();
    }

    /// <summary>[b F, Q, D]: every frame of a reference is a query with the same text.</summary>
    private Tensor EncodeQueries(ComposedBatch batch, BatchRows rows, Tensor? visualTokens, int frames)
    {
        using var precision = MixedPrecision.Enter(options.Precision, _device);
        var modification = options.Parts.HasFlag(QueryParts.Modification) ? Tokens(batch.Modifications, rows) : null;
        var text = modification is null || frames == 1
            ? modification
            : new TokenBatch(modification.Ids.repeat_interleave(frames, 0), modification.Mask.repeat_interleave(frames, 0));
        return MixedPrecision.Leave(encoder.EncodeQuery(visualTokens, text, options.Parts));
    }

    /// <summary>[b F, Q, D] to [b, Q, D]: the mean over the frames, of unit length again, as a search merges them.</summary>
    private static Tensor MergeFrames(Tensor queries, int frames) =>
        nn.functional.normalize(queries.view(queries.shape[0] / frames, frames, queries.shape[1], queries.shape[2]).mean([1]), dim: 2);

    private TokenBatch Tokens(TokenizedText text, BatchRows rows)
    {
        var all = TokenBatch.From(text, _device);
        return rows.Count == text.Rows ? all : new TokenBatch(all.Ids.narrow(0, rows.Start, rows.Count), all.Mask.narrow(0, rows.Start, rows.Count));
    }

    private Tensor ToTensor(EmbeddingSet set) =>
        tensor(set.Values.ToArray(), [set.Frames, set.Vectors, set.Dimensions], device: _device);

    /// <summary>[B, Q, D] to [B, D] by the mean over Q, not renormalised.</summary>
    private static Tensor Pool(Tensor vectors) => vectors.shape[1] == 1 ? vectors.squeeze(1) : vectors.mean([1]);
}
