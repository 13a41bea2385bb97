using CoVR.Modeling;

namespace CoVR.Embedding;

/// <summary>Calls of encoders that take frames and texts: <see cref="IComposedEncoder.EmbedAsync"/>.</summary>
internal static class FrameCalls
{
    public static async Task<IReadOnlyList<EmbeddingSet>> EncodeTargetsAsync(
        ComposedModel model, IReadOnlyList<PreparedMedia> items, int batchSize, CancellationToken cancellationToken)
    {
        using var use = model.Borrow();
        var values = new List<float>();
        foreach (var rows in items.SelectMany(item => item.Originals).Chunk(batchSize))
        {
            values.AddRange(await EmbedAsync(model, [.. rows.Select(frame => ((RgbFrame?)frame, (string?)null))], model.Encoder.Vectors, cancellationToken).ConfigureAwait(false));
        }

        var (all, size, start) = (values.ToArray(), model.Encoder.Vectors * model.Encoder.Dimensions, 0);
        var sets = new EmbeddingSet[items.Count];
        for (var i = 0; i < sets.Length; i++)
        {
            var end = start + (items[i].Frames * size);
            sets[i] = new EmbeddingSet(all.AsMemory(start..end), model.Encoder.Vectors, model.Encoder.Dimensions, items[i].Frames);
            start = end;
        }

        return sets;
    }

    public static async Task<IReadOnlyList<EmbeddingSet[]>> EncodeQueriesAsync(
        ComposedModel model, IReadOnlyList<PreparedMedia> references, IReadOnlyList<string> texts, IReadOnlyList<QueryParts> kinds, CancellationToken cancellationToken)
    {
        using var use = model.Borrow();
        var encoded = new EmbeddingSet[kinds.Count][];
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = await EncodeKindAsync(model, references, texts, kinds[i], cancellationToken).ConfigureAwait(false);
        }

        return encoded;
    }

    private static async Task<EmbeddingSet[]> EncodeKindAsync(
        ComposedModel model, IReadOnlyList<PreparedMedia> references, IReadOnlyList<string> texts, QueryParts parts, CancellationToken cancellationToken)
    {
        var (frames, words) = (parts.HasFlag(QueryParts.Reference), parts.HasFlag(QueryParts.Modification));
        (RgbFrame?, string?)[][] rows =
        [
            .. texts.Select((text, i) => frames
                ? references[i].Originals.Select(frame => ((RgbFrame?)frame, words ? text : null)).ToArray()
                : [(null, text)]),
        ];
        var values = await EmbedAsync(model, [.. rows.SelectMany(row => row)], 1, cancellationToken).ConfigureAwait(false);
        var counts = rows.Select(row => row.Length).ToArray();
        return ModelCalls.MergeFrames(values, counts, values.Length / counts.Sum() / model.Encoder.Dimensions, model.Encoder.Dimensions);
    }

    /// <summary>The numbers of all rows; Q may be <paramref name="least"/> or, of queries, that of the encoder.</summary>
    private static async Task<float[]> EmbedAsync(ComposedModel model, (RgbFrame? Frame, string? Text)[] rows, int least, CancellationToken cancellationToken)
    {
        var encoder = model.Encoder;
        var sets = await encoder.EmbedAsync(rows, cancellationToken).ConfigureAwait(false);
        var vectors = sets.Count == 0 ? 0 : sets[0].Vectors;
        return sets.Count == rows.Length && (vectors == least || vectors == encoder.Vectors) && sets.All(set => (set.Frames, set.Vectors, set.Dimensions) == (1, vectors, encoder.Dimensions))
            ? [.. sets.SelectMany(set => set.Values.ToArray())]
            : throw new InvalidOperationException($"The encoder returned {sets.Count} embeddings of {vectors} x {(sets.Count == 0 ? 0 : sets[0].Dimensions)} for {rows.Length} rows of {encoder.Vectors} x {encoder.Dimensions}.");
    }
}
