using CoVR;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Reproduction.Benchmarks;
using CoVR.Reproduction.Embedding;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the reproduction of the Python code to a pipeline.</summary>
public static class ReproductionBuilderExtensions
{
    /// <summary>Keeps embeddings as the Python code does, in a tree of <c>{id}.pth</c> files that either side can read and go on with.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="directory">The folder; made when the first item is written.</param>
    /// <param name="pictures">Whether the items are pictures; tensors of videos have a frame axis.</param>
    /// <param name="byName">Whether files are found by their name in any folder of the tree; else by their path.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UsePthTree(this ICoVRBuilder builder, string directory, bool pictures = false, bool byName = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return builder.UseGallery((services, fingerprint) => new PthTreeGallery(directory, fingerprint, pictures, byName, services.GetService<ILogger<PthTreeGallery>>()));
    }

    /// <summary>Adds a <see cref="BenchmarkRunner"/> for the pipeline, and benchmarks that can be resolved as a set of <see cref="Benchmark"/>.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="benchmarks">May be empty: a runner can run any benchmark.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddBenchmarks(this ICoVRBuilder builder, params IReadOnlyList<Benchmark> benchmarks)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(benchmarks);
        foreach (var benchmark in benchmarks)
        {
            builder.Add((_, _) => benchmark);
        }

        return builder.ConfigureMedia(media => media.Pictures ??= PictureReading.AsPillow).TryUse((services, name) => new BenchmarkRunner(
            services.GetRequiredKeyedService<Evaluator>(name),
            services.GetRequiredKeyedService<IEmbeddingJob>(name),
            services.GetService<ILogger<BenchmarkRunner>>()));
    }
}
