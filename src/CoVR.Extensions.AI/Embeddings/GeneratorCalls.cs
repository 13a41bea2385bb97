using Microsoft.Extensions.AI;
using Polly;
using Polly.Retry;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>Calls of one embedding generator: repeated while the service is not available, and checked.</summary>
internal sealed class GeneratorCalls<TInput>
{
    private readonly IEmbeddingGenerator<TInput, Embedding<float>> _generator;
    private readonly EmbeddingGenerationOptions? _request;
    private readonly ResiliencePipeline _retries;
    private readonly string _name;

    public GeneratorCalls(IEmbeddingGenerator<TInput, Embedding<float>> generator, EmbeddingGeneratorsOptions options, TimeProvider time)
    {
        var metadata = generator.GetService<EmbeddingGeneratorMetadata>();
        (_generator, Model, Dimensions) = (generator, metadata?.DefaultModelId, options.Dimensions ?? metadata?.DefaultModelDimensions);
        _name = Model ?? generator.GetType().Name;
        _request = options.Dimensions is null ? null : new EmbeddingGenerationOptions { Dimensions = options.Dimensions };
        _retries = options.Retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<EmbeddingServiceException>(error => error.IsTransient),
                MaxRetryAttempts = options.Retries,
                Delay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
                MaxDelay = TimeSpan.FromMinutes(1),
                UseJitter = true,
            })
            .Build();
    }

    /// <summary>The generator's name for its model.</summary>
    public string? Model { get; }

    /// <summary>D, if it is asked for or the generator says so.</summary>
    public int? Dimensions { get; }

    /// <summary>Embeds inputs.</summary>
    /// <param name="inputs">At least one.</param>
    /// <param name="dimensions">D; null: any.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A unit vector for each input.</returns>
    /// <exception cref="EmbeddingServiceException">There are none, or not the right ones.</exception>
    public async Task<float[][]> EmbedAsync(IReadOnlyList<TInput> inputs, int? dimensions, CancellationToken cancellationToken)
    {
        var answer = await _retries.ExecuteAsync(async stop => await CallAsync(inputs, stop).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return answer.Count == inputs.Count
            ? [.. answer.Select((embedding, i) => Check(embedding.Vector.ToArray(), i, dimensions))]
            : throw Error($"it returned {answer.Count} embeddings for {inputs.Count} inputs. Send smaller batches, or check its version.");
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> CallAsync(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken)
    {
        try
        {
            return await _generator.GenerateAsync(inputs, _request?.Clone(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is not (OutOfMemoryException or CoVRException))
        {
            throw EmbeddingServiceException.From(_name, error);
        }
    }

    private float[] Check(float[] vector, int index, int? dimensions)
    {
        if (vector.Length != (dimensions ?? vector.Length))
        {
            throw Error($"it returned {vector.Length} dimensions, not {dimensions}. Pictures and texts need one space; set Dimensions to what both can make, and embed the gallery anew.");
        }

        return UnitMean.Normalize(vector) ? vector : throw Error($"embedding {index} of {vector.Length} numbers is zero, or holds NaN or infinity: it cannot be ranked. Check that input.");
    }

    private EmbeddingServiceException Error(string reason) => new(_name, reason);
}
