using CoVR.Retrieval;
using Microsoft.Extensions.AI;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>One pipeline's model as the embedding generator of texts, pictures, videos and composed queries.</summary>
/// <remarks>Safe for any number of threads. The model is loaded by the first call.</remarks>
internal sealed class ComposedEmbeddingGenerator(Func<CancellationToken, ValueTask<RetrievalPipeline>> getPipeline, Func<RetrievalPipeline, string> nameModel)
    : IEmbeddingGenerator<string, Embedding<float>>, IEmbeddingGenerator<DataContent, Embedding<float>>, IEmbeddingGenerator<ComposedQuery, Embedding<float>>
{
    private const string Provider = "covr";
    private const int TextsAtOnce = 64;

    private volatile EmbeddingGeneratorMetadata _metadata = new(Provider);

    /// <summary>Loads the model and names it, with its weights and preprocessing.</summary>
    public async ValueTask<string> GetModelIdAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(null, cancellationToken).ConfigureAwait(false);
        return _metadata.DefaultModelId!;
    }

    /// <summary>Embeds texts as captions of targets.</summary>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (texts, pipeline) = (Inputs(values), await LoadAsync(options, cancellationToken).ConfigureAwait(false));
        if (pipeline.Model.Encoder.TakesFrames)
        {
            return Embeddings(await pipeline.EmbedQueriesAsync([.. texts.Select(text => new ComposedQuery(null, text))], cancellationToken).ConfigureAwait(false), options);
        }

        var sets = new List<EmbeddingSet>(texts.Length);
        foreach (var some in texts.Chunk(TextsAtOnce))
        {
            var numbers = await Task.Run(() => pipeline.Model.EncodeCaptions(some), cancellationToken).ConfigureAwait(false);
            sets.AddRange(numbers.Chunk(pipeline.Model.Encoder.Dimensions).Select(row => new EmbeddingSet(row, 1, row.Length)));
        }

        return Embeddings(sets, options);
    }

    /// <summary>Embeds pictures and videos as targets; the vectors of all frames are averaged.</summary>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        MediaSource[] media = [.. Inputs(values).Select(Source)];
        var pipeline = await LoadAsync(options, cancellationToken).ConfigureAwait(false);
        return Embeddings(await pipeline.EmbedItemsAsync(media, cancellationToken).ConfigureAwait(false), options);
    }

    /// <summary>Embeds queries.</summary>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<ComposedQuery> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (queries, pipeline) = (Inputs(values), await LoadAsync(options, cancellationToken).ConfigureAwait(false));
        return Embeddings(await pipeline.EmbedQueriesAsync(queries, cancellationToken).ConfigureAwait(false), options);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    /// <summary>Does nothing: the model belongs to the pipeline.</summary>
    public void Dispose()
    {
    }

    private async ValueTask<RetrievalPipeline> LoadAsync(EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var pipeline = await getPipeline(cancellationToken).ConfigureAwait(false);
        var dimensions = pipeline.Model.Encoder.Dimensions;
        var id = nameModel(pipeline);
        _metadata = new EmbeddingGeneratorMetadata(Provider, null, id, dimensions);
        if (options?.Dimensions is { } wanted && wanted != dimensions)
        {
            throw new ArgumentException($"{id} makes embeddings of {dimensions} dimensions and cannot shorten them to {wanted}. Ask for {dimensions}, or leave Dimensions unset.", nameof(options));
        }

        if (options?.ModelId is { } other && other != id && other != pipeline.Model.Description.Name)
        {
            throw new ArgumentException($"This generator embeds with {id}, not with {other}. Leave ModelId unset, or ask the pipeline of that model.", nameof(options));
        }

        return pipeline;
    }

    private static T[] Inputs<T>(IEnumerable<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        T[] inputs = [.. values];
        var at = Array.FindIndex(inputs, input => input is null || input is string text && string.IsNullOrWhiteSpace(text));
        return at < 0 ? inputs : throw new ArgumentException($"Input {at} of {inputs.Length} is null or empty; there is nothing to embed.", nameof(values));
    }

    private static MediaSource Source(DataContent content) => content.HasTopLevelMediaType("image") || content.HasTopLevelMediaType("video")
        ? MediaSource.FromStream(content.Name ?? content.MediaType, _ => new(new MemoryStream(content.Data.ToArray(), writable: false)))
        : throw new ArgumentException($"{content.Name ?? "Content"} is {content.MediaType}; only pictures (image/*) and videos (video/*) can be embedded.", nameof(content));

    private GeneratedEmbeddings<Embedding<float>> Embeddings(IReadOnlyList<EmbeddingSet> sets, EmbeddingGenerationOptions? options)
    {
        var id = options?.ModelId ?? _metadata.DefaultModelId!;
        return new(sets.Select((set, i) => new Embedding<float>(UnitMean.Of(set)
            ?? throw new EmbeddingServiceException(id, $"embedding {i} is zero, or holds NaN or infinity: it cannot be ranked. Check the weights and that input.")) { ModelId = id }));
    }
}
