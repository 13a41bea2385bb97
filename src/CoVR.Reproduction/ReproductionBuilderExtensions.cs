using CoVR.Media;
using CoVR;
using CoVR.Evaluation;
using CoVR.Reproduction.Benchmarks;
using CoVR.Retrieval;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what reproduces the Python code to a pipeline.</summary>
public static class ReproductionBuilderExtensions
{
    /// <summary>Adds a <see cref="BenchmarkRunner"/> for the pipeline, and benchmarks that can be resolved as a set of <see cref="Benchmark"/>.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="benchmarks">May be none: a runner runs any benchmark that it is given.</param>
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
            services.GetRequiredKeyedService<IPipelineProvider>(name),
            services.GetRequiredKeyedService<Evaluator>(name),
            services.GetRequiredKeyedService<IEmbeddingJob>(name),
            services.GetService<ILogger<BenchmarkRunner>>()));
    }
}
