using CoVR.Data;
using CoVR.Evaluation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>Runs a benchmark in one call: reads annotations, embeds what is missing of the gallery, evaluates, and writes and checks every file.</summary>
/// <remarks>
/// Annotations of all parts are read before anything is embedded, so a malformed file is reported at once. An interrupted run resumes
/// where it stopped, since the store keeps what was embedded. Safe for use from several threads, except while the model is trained.
/// </remarks>
public sealed class BenchmarkRunner
{
    private readonly IEmbeddingJob? _job;
    private readonly Evaluator _evaluator;
    private readonly ILogger _logger;

    /// <summary>Creates a runner; <c>AddBenchmarks</c> registers one for a pipeline.</summary>
    /// <param name="evaluator">Evaluates the pipeline's model; loads the pipeline at the first run.</param>
    /// <param name="job">Embeds into the pipeline's store; null: missing items are not embedded.</param>
    /// <param name="logger">Logs faulty submissions; may be null.</param>
    public BenchmarkRunner(Evaluator evaluator, IEmbeddingJob? job = null, ILogger<BenchmarkRunner>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        (_job, _evaluator, _logger) = (job, evaluator, logger ?? NullLogger<BenchmarkRunner>.Instance);
    }

    /// <summary>Runs a benchmark.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="options">What is evaluated and written; null for the leak-free preset, composed queries, and no files.</param>
    /// <param name="progress">Receives progress at the start of each stage and during it; may be null.</param>
    /// <param name="cancellationToken">Cancels the run; finished embeddings are kept, and files are never half written.</param>
    /// <returns>Figures of every part, variant and kind of query.</returns>
    /// <exception cref="OptionsValidationException">The options have faults; it lists all of them.</exception>
    /// <exception cref="DatasetFormatException">An annotation file is missing or malformed.</exception>
    /// <exception cref="GalleryIncompleteException">Candidates have no embedding and could not or must not be embedded.</exception>
    /// <exception cref="MediaReadException">A reference cannot be read.</exception>
    /// <exception cref="IOException">The output folder cannot be made; checked before anything else.</exception>
    /// <exception cref="UnauthorizedAccessException">The output folder cannot be written to; checked before anything else.</exception>
    /// <exception cref="InvalidOperationException">A kind of query needs captions that the data does not have, or no query can be asked.</exception>
    public async Task<BenchmarkResult> RunAsync(
        Benchmark benchmark, BenchmarkRunOptions? options = null, IProgress<BenchmarkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        options ??= new BenchmarkRunOptions();
        OptionsFaults.ThrowIfAny(options);
        BenchmarkOutput.RequireWritable(options.OutputFolder);
        var datasets = await ReadAsync(benchmark, progress, cancellationToken).ConfigureAwait(false);
        var pipeline = await _evaluator.GetPipelineAsync(cancellationToken).ConfigureAwait(false);
        var gallery = new BenchmarkGallery(pipeline, _job, options);
        List<BenchmarkPartResult> parts = [];
        foreach (var (part, dataset) in benchmark.Parts.Zip(datasets))
        {
            var complete = await gallery.CompleteAsync(part, dataset, Begin(BenchmarkStage.Embedding, part), cancellationToken).ConfigureAwait(false);
            var results = await _evaluator.EvaluateAsync(
                dataset, part.Reader, part.Protocol, options.Evaluation, Begin(BenchmarkStage.Evaluating, part), cancellationToken).ConfigureAwait(false);
            parts.Add(new BenchmarkPartResult(part, complete, results));
        }

        var result = new BenchmarkResult { Benchmark = benchmark.Name, Parts = parts, Averages = benchmark.AveragesCategories ? BenchmarkAverages.Of(parts) : [] };
        if (options.OutputFolder is null)
        {
            return result;
        }

        Begin(BenchmarkStage.Writing, benchmark.Parts[0]);
        return await new BenchmarkOutput(result, options, _logger).WriteAsync(cancellationToken).ConfigureAwait(false);

        StageProgress? Begin(BenchmarkStage stage, BenchmarkPart part) => StageProgress.Begin(benchmark, part, stage, progress);
    }

    private static async Task<IReadOnlyList<TripletDataset>> ReadAsync(Benchmark benchmark, IProgress<BenchmarkProgress>? progress, CancellationToken cancellationToken)
    {
        List<TripletDataset> datasets = [];
        foreach (var part in benchmark.Parts)
        {
            StageProgress.Begin(benchmark, part, BenchmarkStage.Reading, progress);
            datasets.Add(await part.Reader.ReadAsync(part.Split, cancellationToken).ConfigureAwait(false));
        }

        return datasets;
    }

    /// <summary>Forwards the progress of a stage.</summary>
    private sealed class StageProgress(Benchmark benchmark, BenchmarkPart part, BenchmarkStage stage, IProgress<BenchmarkProgress> inner) : IProgress<JobProgress>
    {
        public static StageProgress? Begin(Benchmark benchmark, BenchmarkPart part, BenchmarkStage stage, IProgress<BenchmarkProgress>? inner)
        {
            inner?.Report(new BenchmarkProgress(benchmark.Name, part.Name, stage));
            return inner is null ? null : new StageProgress(benchmark, part, stage, inner);
        }

        public void Report(JobProgress value) => inner.Report(new BenchmarkProgress(benchmark.Name, part.Name, stage, value));
    }
}

/// <summary>The progress of a benchmark run.</summary>
/// <param name="Benchmark">The benchmark's name.</param>
/// <param name="Part">The current part.</param>
/// <param name="Stage">The current stage.</param>
/// <param name="Work">Items done; null at the start of a stage.</param>
public sealed record BenchmarkProgress(string Benchmark, string Part, BenchmarkStage Stage, JobProgress? Work = null);

/// <summary>The stages of a benchmark run, in their order.</summary>
public enum BenchmarkStage
{
    /// <summary>Annotation files of all parts are read.</summary>
    Reading,

    /// <summary>What is missing of the gallery is embedded.</summary>
    Embedding,

    /// <summary>Queries are encoded, ranked and scored.</summary>
    Evaluating,

    /// <summary>Files are written and checked.</summary>
    Writing,
}
