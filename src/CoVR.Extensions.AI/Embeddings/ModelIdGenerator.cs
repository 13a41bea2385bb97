using Microsoft.Extensions.AI;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>The outermost step of a pipeline: names the model in the options, which are part of a cache's keys.</summary>
internal sealed class ModelIdGenerator<TInput>(IEmbeddingGenerator<TInput, Embedding<float>> inner) : DelegatingEmbeddingGenerator<TInput, Embedding<float>>(inner)
{
    public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<TInput> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var generator = (ComposedEmbeddingGenerator)InnerGenerator.GetService(typeof(ComposedEmbeddingGenerator))!;
        options = options?.Clone() ?? new EmbeddingGenerationOptions();
        options.ModelId ??= await generator.GetModelIdAsync(cancellationToken).ConfigureAwait(false);
        return await base.GenerateAsync(values, options, cancellationToken).ConfigureAwait(false);
    }
}
