using System.Security.Cryptography;
using System.Text;
using CoVR;
using CoVR.Evaluation;
using CoVR.Extensions.AI.Embeddings;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Retrieval;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Connects a pipeline with <c>Microsoft.Extensions.AI</c>: its model as an embedding generator, and other embedding generators as its model.</summary>
public static class EmbeddingBuilderExtensions
{
    /// <summary>Registers the pipeline's model as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>: unkeyed for the pipeline without a name, else keyed by it.</summary>
    /// <remarks>
    /// <para>All embeddings are [D], of unit length, in the space of the gallery's targets, and safe to compare by dot product. A model with Q vectors gives their mean, normalized.</para>
    /// <list type="bullet">
    /// <item><see cref="string"/>: a caption of a target (<see cref="IComposedEncoder.EncodeCaption"/>).</item>
    /// <item><see cref="DataContent"/> (<c>image/*</c>, <c>video/*</c>): a target; the mean over the frames that the pipeline samples of a gallery item.</item>
    /// <item><see cref="ComposedQuery"/>: a query, to be compared with targets.</item>
    /// </list>
    /// <para>
    /// The steps that are added to the returned builder (cache, logging, OpenTelemetry) see options whose <see cref="EmbeddingGenerationOptions.ModelId"/> names the model with a hash of
    /// weights and preprocessing, so cached embeddings of another model are never returned. The first call loads the model; metadata lack its name and dimensions until then.
    /// Other <see cref="EmbeddingGenerationOptions.Dimensions"/> than D, another model, and null or empty inputs are <see cref="ArgumentException"/>s; a picture that cannot be read is a
    /// <see cref="MediaReadException"/>. An empty batch gives no embeddings.
    /// </para>
    /// </remarks>
    /// <typeparam name="TInput"><see cref="string"/>, <see cref="DataContent"/> or <see cref="ComposedQuery"/>.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>Appends steps to the generator.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="TInput"/> is another type.</exception>
    public static EmbeddingGeneratorBuilder<TInput, Embedding<float>> AddEmbeddingGenerator<TInput>(this ICoVRBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!typeof(ComposedEmbeddingGenerator).IsAssignableTo(typeof(IEmbeddingGenerator<TInput, Embedding<float>>)))
        {
            throw new NotSupportedException($"{typeof(TInput)} cannot be embedded; use string, DataContent or ComposedQuery.");
        }

        var name = builder.Name;
        builder.TryUse((services, pipeline) => new ComposedEmbeddingGenerator(
            services.GetRequiredKeyedService<Evaluator>(pipeline).GetPipelineAsync,
            loaded => ModelIdOf(loaded, services.GetRequiredService<IOptionsMonitor<MediaOptions>>().Get(pipeline))));
        var generator = (IServiceProvider services) => (IEmbeddingGenerator<TInput, Embedding<float>>)(object)services.GetRequiredKeyedService<ComposedEmbeddingGenerator>(name);
        return (name.Length == 0 ? builder.Services.AddEmbeddingGenerator(generator) : builder.Services.AddKeyedEmbeddingGenerator(name, generator))
            .Use(inner => new ModelIdGenerator<TInput>(inner));
    }

    /// <summary>Embeds by two embedding generators, of pictures and of texts in one space, instead of a model of this library.</summary>
    /// <remarks>
    /// <para>Frames are read, sampled, shrunk to <see cref="EmbeddingGeneratorsOptions.PictureSize"/> and sent as PNG; pictures are read as people see them. A gallery item has one vector for each frame. A query by
    /// reference or by text is that embedding; a query of both is fused. Searching, embedding jobs, watched folders and evaluation work as with any model; training does not.</para>
    /// <para>The fingerprint holds the names of both models, dimensions, instruction and picture size. If no number of dimensions is known, the model's load embeds one word to count them.</para>
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="pictures">Gets the generator of pictures; the pipeline does not dispose it.</param>
    /// <param name="texts">Gets the generator of texts; the pipeline does not dispose it.</param>
    /// <param name="configure">Sets the options; null for the defaults. Faults are reported together at the start of the host, or when the model is loaded.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseEmbeddingGenerators(
        this ICoVRBuilder builder,
        Func<IServiceProvider, IEmbeddingGenerator<DataContent, Embedding<float>>> pictures,
        Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>> texts,
        Action<EmbeddingGeneratorsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(texts);
        builder.Services.AddOptions<EmbeddingGeneratorsOptions>(builder.Name).Configure(configure ?? (_ => { })).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.PostConfigure<MediaOptions>(builder.Name, media => media.Pictures ??= PictureReading.AsSeen);
        return builder.UseModel((services, name, cancellationToken) => GeneratorModel.LoadAsync(
            pictures(services),
            texts(services),
            services.GetRequiredService<IOptionsMonitor<EmbeddingGeneratorsOptions>>().Get(name),
            services.GetRequiredService<TimeProvider>(),
            cancellationToken));
    }

    /// <summary>For example <c>blip-large-384@0f1e2d3c4b5a6978</c>: the model, and a hash of all that makes its embeddings.</summary>
    private static string ModelIdOf(RetrievalPipeline pipeline, MediaOptions media)
    {
        var fingerprint = pipeline.Model.Fingerprint($"{pipeline.GallerySampler.Name} and {pipeline.QuerySampler.Name}");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{fingerprint} {media.Pictures} {media.BgrVideos}"));
        return $"{fingerprint.Model}@{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }
}
