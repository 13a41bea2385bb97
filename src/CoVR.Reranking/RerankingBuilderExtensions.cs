using CoVR;
using CoVR.Modeling;
using CoVR.Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Rerankers of this package.</summary>
public static class RerankingBuilderExtensions
{
    /// <summary>Lets a trained pair scorer order the best hits of every search by a picture or video and a text; other queries are answered by the first pass.</summary>
    /// <param name="builder">The pipeline; its model is the one that the scorer was trained on.</param>
    /// <param name="folder">What <see cref="CoVR.Reranking.Training.RerankerTrainer"/> wrote: <c>reranker.json</c> and <c>reranker.safetensors</c>. Read when the pipeline is first used; a file that is missing or belongs to another model is a <see cref="CheckpointException"/> then.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UsePairReranker(this ICoVRBuilder builder, string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return builder.Use<IReranker>((services, name) =>
        {
            var transform = services.GetRequiredKeyedService<IImageTransform>(name);
            var model = services.GetRequiredKeyedService<IModelProvider>(name).GetAsync().AsTask().GetAwaiter().GetResult();
            return new PairReranker(folder, model, services.GetRequiredKeyedService<IFrameReader>(name), transform);
        });
    }
}
