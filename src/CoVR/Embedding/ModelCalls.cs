using System.Runtime.InteropServices;
using CoVR.Modeling;
using CoVR.Retrieval;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Embedding;

/// <summary>Model calls: pixels and texts in, embeddings out; no tensor outlives a call. The asynchronous ones serve encoders that take frames too.</summary>
internal static partial class ModelCalls
{
    /// <summary>Embeds items in evaluation mode; a model call takes at most <paramref name="batchSize"/> frames.</summary>
    /// <returns>For each item [F, Q, D], or all its visual tokens [F, N, C].</returns>
    public static async Task<IReadOnlyList<EmbeddingSet>> EncodeTargetsAsync(
        ComposedModel model, IReadOnlyList<PreparedMedia> items, int batchSize, bool visualTokens, CancellationToken cancellationToken)
    {
        using var activity = CoVRDiagnostics.StartEmbeddings(model, items.Count);
        return await activity.Watch(model.Encoder.TakesFrames
            ? FrameCalls.EncodeTargetsAsync(model, items, batchSize, cancellationToken)
            : Task.Run(() => InEvaluationMode(model, () => EncodeTargets(model, items, batchSize, visualTokens)), cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Embeds queries of one kind in evaluation mode.</summary>
    /// <returns>For each query [1, Q, D].</returns>
    public static async Task<EmbeddingSet[]> EncodeQueriesAsync(
        ComposedModel model, IReadOnlyList<PreparedMedia> references, IReadOnlyList<string> texts, QueryParts parts, CancellationToken cancellationToken)
    {
        var encoded = await EncodeQueriesAsync(model, references, texts, [parts], cancellationToken).ConfigureAwait(false);
        return encoded[0];
    }

    /// <summary>Embeds queries in several kinds in evaluation mode; the references go through the visual encoder once.</summary>
    public static async Task<IReadOnlyList<EmbeddingSet[]>> EncodeQueriesAsync(
        ComposedModel model, IReadOnlyList<PreparedMedia> references, IReadOnlyList<string> texts, IReadOnlyList<QueryParts> kinds, CancellationToken cancellationToken)
    {
        using var activity = CoVRDiagnostics.StartEmbeddings(model, texts.Count);
        return await activity.Watch(model.Encoder.TakesFrames
            ? FrameCalls.EncodeQueriesAsync(model, references, texts, kinds, cancellationToken)
            : Task.Run(() => InEvaluationMode(model, () => EncodeQueries(model, references, texts, kinds)), cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Embeds items; a model call takes at most <paramref name="batchSize"/> frames.</summary>
    /// <returns>For each item [F, Q, D], or all its visual tokens [F, N, C].</returns>
    /// <exception cref="InvalidOperationException">The encoder returned a shape other than the one it states.</exception>
    private static IReadOnlyList<EmbeddingSet> EncodeTargets(ComposedModel model, IReadOnlyList<PreparedMedia> items, int batchSize, bool visualTokens)
    {
        using var use = model.Borrow();
        var encoder = model.Encoder;
        var frames = Frames(items);
        var values = new List<float[]>();
        var (vectors, dimensions) = (encoder.Vectors, encoder.Dimensions);
        using var quiet = no_grad();
        for (var start = 0; start < frames.Count; start += batchSize)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(batchSize, frames.Count - start);
            var embeddings = encoder.EncodeVisual(Pixels(frames.GetRange(start, count), model.Device));
            if (visualTokens)
            {
                (vectors, dimensions) = ((int)embeddings.shape[1], (int)embeddings.shape[2]);
            }
            else
            {
                embeddings = encoder.EncodeTarget(embeddings);
            }

            Require(embeddings, count, vectors, dimensions);
            values.Add(Values(embeddings));
        }

        return Split(items, values, batchSize, vectors, dimensions);
    }

    /// <summary>N and C of the visual tokens, found by encoding a black picture.</summary>
    public static (int Tokens, int Width) VisualShape(ComposedModel model)
    {
        using var use = model.Borrow();
        using var mode = EvaluationMode.Enter(model);
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var size = model.Description.Image.Size;
        var shape = model.Encoder.EncodeVisual(zeros([1, 3, size, size], ScalarType.Float32).to(model.Device)).shape;
        return ((int)shape[1], (int)shape[2]);
    }

    private static IReadOnlyList<EmbeddingSet[]> EncodeQueries(
        ComposedModel model, IReadOnlyList<PreparedMedia> references, IReadOnlyList<string> texts, IReadOnlyList<QueryParts> kinds)
    {
        using var use = model.Borrow();
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var visual = kinds.Any(kind => kind.HasFlag(QueryParts.Reference))
            ? model.Encoder.EncodeVisual(Pixels(Frames(references), model.Device))
            : null;
        return [.. kinds.Select(kind => EncodeKind(model, visual, references, texts, kind))];
    }

    private static T InEvaluationMode<T>(ComposedModel model, Func<T> call)
    {
        using var mode = EvaluationMode.Enter(model);
        return call();
    }

    private static EmbeddingSet[] EncodeKind(
        ComposedModel model, Tensor? visual, IReadOnlyList<PreparedMedia> references, IReadOnlyList<string> texts, QueryParts parts)
    {
        var counts = parts.HasFlag(QueryParts.Reference) ? references.Select(reference => reference.Frames).ToArray() : Ones(texts.Count);
        var tokens = parts.HasFlag(QueryParts.Modification)
            ? model.TokenizeForEvaluation([.. texts.SelectMany((text, i) => Enumerable.Repeat(text, counts[i]))])
            : null;
        var embeddings = model.Encoder.EncodeQuery(parts.HasFlag(QueryParts.Reference) ? visual : null, tokens, parts);
        if (embeddings.dim() != 3 || embeddings.shape[0] != counts.Sum() || embeddings.shape[2] != model.Encoder.Dimensions)
        {
            throw new InvalidOperationException($"The encoder returned queries of shape [{string.Join(", ", embeddings.shape)}] instead of [{counts.Sum()}, Q, {model.Encoder.Dimensions}].");
        }

        return MergeFrames(Values(embeddings), counts, (int)embeddings.shape[1], model.Encoder.Dimensions);
    }

    /// <summary>The mean over a query's frames, with unit rows; one frame stays as it is.</summary>
    internal static EmbeddingSet[] MergeFrames(float[] values, int[] counts, int vectors, int dimensions)
    {
        var size = vectors * dimensions;
        var queries = new EmbeddingSet[counts.Length];
        for (var (i, start) = (0, 0); i < counts.Length; start += counts[i] * size, i++)
        {
            var merged = values.AsMemory(start, size);
            if (counts[i] > 1)
            {
                merged = new float[size];
                VectorMath.MeanRows(values.AsSpan(start, counts[i] * size), merged.Span);
                Normalize(merged.Span, dimensions);
            }

            queries[i] = new EmbeddingSet(merged, vectors, dimensions);
        }

        return queries;
    }

    private static void Normalize(Span<float> rows, int dimensions)
    {
        for (var start = 0; start < rows.Length; start += dimensions)
        {
            VectorMath.Normalize(rows.Slice(start, dimensions));
        }
    }

    private static List<ReadOnlyFrame> Frames(IReadOnlyList<PreparedMedia> items)
    {
        var frames = new List<ReadOnlyFrame>();
        foreach (var item in items)
        {
            for (var i = 0; i < item.Frames; i++)
            {
                frames.Add(new ReadOnlyFrame(item, i));
            }
        }

        return frames;
    }

    private static Tensor Pixels(List<ReadOnlyFrame> frames, Device device)
    {
        var size = frames[0].Media.FrameSize;
        var side = (long)Math.Sqrt(size / 3);
        var pixels = empty([frames.Count, 3, side, side], ScalarType.Float32);
        var values = MemoryMarshal.Cast<byte, float>(pixels.bytes);
        for (var i = 0; i < frames.Count; i++)
        {
            frames[i].Media.Frame(frames[i].Index).CopyTo(values[(i * size)..]);
        }

        return pixels.to(device);
    }

    private static EmbeddingSet[] Split(IReadOnlyList<PreparedMedia> items, List<float[]> batches, int batchSize, int vectors, int dimensions)
    {
        var size = vectors * dimensions;
        var sets = new EmbeddingSet[items.Count];
        for (var (i, frame) = (0, 0); i < items.Count; i++)
        {
            var values = new float[items[i].Frames * size];
            for (var f = 0; f < items[i].Frames; f++, frame++)
            {
                batches[frame / batchSize].AsSpan(frame % batchSize * size, size).CopyTo(values.AsSpan(f * size));
            }

            sets[i] = new EmbeddingSet(values, vectors, dimensions, items[i].Frames);
        }

        return sets;
    }

    private static void Require(Tensor embeddings, int count, int vectors, int dimensions)
    {
        if (!embeddings.shape.SequenceEqual([count, vectors, dimensions]))
        {
            throw new InvalidOperationException($"The encoder returned targets of shape [{string.Join(", ", embeddings.shape)}] instead of [{count}, {vectors}, {dimensions}].");
        }
    }

    private static float[] Values(Tensor tensor) =>
        MemoryMarshal.Cast<byte, float>(tensor.cpu().to(ScalarType.Float32).contiguous().bytes).ToArray();

    private static int[] Ones(int count)
    {
        var ones = new int[count];
        Array.Fill(ones, 1);
        return ones;
    }

    private readonly record struct ReadOnlyFrame(PreparedMedia Media, int Index);
}
