using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace CoVR.Construction.Texts;

/// <summary>Cosine similarities of captions.</summary>
/// <param name="generator">Embeds texts.</param>
internal sealed class CaptionSimilarity(IEmbeddingGenerator<string, Embedding<float>> generator)
{
    private const int BatchSize = 64;

    /// <summary>Describes what embeds texts.</summary>
    public static string Describe(IEmbeddingGenerator<string, Embedding<float>>? generator) =>
        generator?.GetService<EmbeddingGeneratorMetadata>() is { } metadata ? $"{metadata.ProviderName} {metadata.ProviderUri} {metadata.DefaultModelId}" : $"{generator?.GetType().FullName}";

    /// <summary>The similarity of each pair; every text is embedded once.</summary>
    public async Task<float[]> OfAsync(IReadOnlyList<CaptionPair> pairs, CancellationToken cancellationToken)
    {
        Dictionary<string, ReadOnlyMemory<float>> vectors = new(StringComparer.Ordinal);
        foreach (var batch in pairs.SelectMany(pair => new[] { pair.CaptionA, pair.CaptionB }).Distinct(StringComparer.Ordinal).Chunk(BatchSize))
        {
            var embedded = await generator.GenerateAsync(batch, cancellationToken: cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < batch.Length; i++)
            {
                vectors[batch[i]] = embedded[i].Vector;
            }
        }

        return [.. pairs.Select(pair => TensorPrimitives.CosineSimilarity(vectors[pair.CaptionA].Span, vectors[pair.CaptionB].Span))];
    }
}
