using CoVR.Modeling;
using CoVR.Modeling.Native;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Steps;

/// <summary>Encodes a batch, or some of its rows, into pooled embeddings. Results belong to the caller's dispose scope.</summary>
internal sealed class BatchEncoder(IComposedEncoder encoder, ComposedStepSettings settings, TrainingContext context)
{
    /// <summary>Stored caption embeddings are fixed; captions that the model encodes are trained.</summary>
    internal static bool TrainsCaptions(ComposedBatch batch) => batch is { CaptionEmbeddings: null, Captions: not null };

    /// <summary>[b F, N, C], F frames of each reference; null if queries are text only.</summary>
    internal Tensor? VisualTokens(ComposedBatch batch, BatchRows rows)
    {
        if (!settings.Parts.HasFlag(QueryParts.Reference))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var precision = EnterPrecision();
        var tokens = batch.VisualTokens is { } table
            ? table.Select([.. batch.Triplets.Skip(rows.Start).Take(rows.Count).Select(triplet => triplet.Reference)], context.Device)
            : encoder.EncodeVisual((batch.References ?? throw new ArgumentException("The batch has no references.", nameof(batch))).ToTensor(context.Device, rows));
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

    /// <summary>[b, D], encoded or stored; null without captions.</summary>
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

        using var precision = EnterPrecision();
        return ToFloat32(encoder.EncodeCaption(Tokens(batch.Captions, rows))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [B, D] of the whole batch; null without targets. As in the reference, BLIP's one vector is normalized, and BLIP-2's many, unit
    /// length each, are averaged and not normalized again.
    /// </summary>
    internal Tensor? Targets(ComposedBatch batch)
    {
        if (batch.Targets is not { } targets)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var pooled = Pool(ToTensor(targets));
        return (targets.Vectors == 1 ? nn.functional.normalize(pooled, dim: 1) : pooled).MoveToOuterDisposeScope();
    }

    /// <summary>[b F, Q, D]: every frame of a reference is a query with the same text.</summary>
    private Tensor EncodeQueries(ComposedBatch batch, BatchRows rows, Tensor? visualTokens, int frames)
    {
        using var precision = EnterPrecision();
        var text = settings.Parts.HasFlag(QueryParts.Modification) ? Tokens(batch.Modifications, rows, frames) : null;
        return ToFloat32(encoder.EncodeQuery(visualTokens, text, settings.Parts));
    }

    /// <summary>[b F, Q, D] to [b, Q, D]: the mean over the frames, normalized again, as in a search.</summary>
    private static Tensor MergeFrames(Tensor queries, int frames) =>
        nn.functional.normalize(queries.view(queries.shape[0] / frames, frames, queries.shape[1], queries.shape[2]).mean([1]), dim: 2);

    /// <summary>Some rows of texts, each as often as its query has frames.</summary>
    private static TokenBatch Tokens(TokenBatch text, BatchRows rows, int frames = 1)
    {
        return rows.Count == text.Rows && frames == 1 ? text : new TokenBatch(Take(text.Ids), Take(text.Mask), rows.Count * frames, text.Length);

        long[] Take(long[] values) =>
            [.. values.Chunk(text.Length).Skip(rows.Start).Take(rows.Count).SelectMany(row => Enumerable.Repeat(row, frames)).SelectMany(row => row)];
    }

    private Tensor ToTensor(EmbeddingSet set) =>
        tensor(set.Values.ToArray(), [set.Frames, set.Vectors, set.Dimensions], device: context.Device);

    /// <summary>[B, Q, D] to [B, D]: the mean over Q, not normalized again.</summary>
    private static Tensor Pool(Tensor vectors) => vectors.shape[1] == 1 ? vectors.squeeze(1) : vectors.mean([1]);

    /// <summary>Null in 32 bits.</summary>
    /// <exception cref="NotSupportedException">This libtorch does not support the precision.</exception>
    private IDisposable? EnterPrecision() => context.Precision switch
    {
        ScalarType.BFloat16 => NativeTorch.EnterAutocast(context.Device.type, ScalarType.BFloat16),
        ScalarType.Float16 => NativeTorch.EnterAutocast(context.Device.type, ScalarType.Float16),
        _ => null,
    };

    /// <summary>Converts embeddings of mixed precision to 32 bits and normalizes them again.</summary>
    private static Tensor ToFloat32(Tensor embeddings) => embeddings.dtype is ScalarType.Float32 or ScalarType.Float64
        ? embeddings
        : nn.functional.normalize(embeddings.to(ScalarType.Float32), dim: -1);
}

/// <summary>Consecutive rows of a batch.</summary>
internal readonly record struct BatchRows(int Start, int Count)
{
    /// <summary>Splits a batch into chunks; the last may be smaller.</summary>
    internal static IEnumerable<BatchRows> Chunks(int rows, int size)
    {
        for (var start = 0; start < rows; start += size)
        {
            yield return new BatchRows(start, Math.Min(size, rows - start));
        }
    }
}
