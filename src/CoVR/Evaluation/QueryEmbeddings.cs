using CoVR.Embedding;
using CoVR.Modeling;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>The embeddings of a batch of queries in every kind; work shared between kinds is done once.</summary>
internal static class QueryEmbeddings
{
    /// <summary>Encodes a batch.</summary>
    /// <returns>For each kind one embedding for each query.</returns>
    public static async Task<IReadOnlyList<EmbeddingSet[]>> EncodeAsync(ComposedModel model, QueryBatch batch, IReadOnlyList<QueryKind> kinds, CancellationToken cancellationToken)
    {
        QueryParts[] parts = [.. kinds.SelectMany(PartsOf).Distinct()];
        string[] texts = [.. batch.Triplets.Select(triplet => triplet.Modification)];
        var encoded = await ModelCalls.EncodeQueriesAsync(model, batch.References, texts, parts, cancellationToken).ConfigureAwait(false);
        var byParts = parts.Zip(encoded).ToDictionary(pair => pair.First, pair => pair.Second);
        return
        [
            .. kinds.Select(kind => kind.IsAverage
                ? [.. byParts[QueryParts.Modification].Zip(byParts[QueryParts.Reference], Average)]
                : byParts[kind.Parts]),
        ];
    }

    /// <summary>Half of each mean vector, made unit length.</summary>
    private static EmbeddingSet Average(EmbeddingSet text, EmbeddingSet reference)
    {
        var mean = MeanPooledSimilarity.Pool(text);
        VectorMath.Add(mean, MeanPooledSimilarity.Pool(reference));
        return EmbeddingShapes.UnitRows(new EmbeddingSet(mean, 1, mean.Length));
    }

    private static QueryParts[] PartsOf(QueryKind kind) => kind.IsAverage ? [QueryParts.Modification, QueryParts.Reference] : [kind.Parts];
}
