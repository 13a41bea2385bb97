using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>The outcome of a benchmark run.</summary>
public sealed record BenchmarkResult
{
    /// <summary>The benchmark's name.</summary>
    public required string Benchmark { get; init; }

    /// <summary>Each part with its figures, in the order of the benchmark.</summary>
    public required IReadOnlyList<BenchmarkPartResult> Parts { get; init; }

    /// <summary>FashionIQ's averages, one for each variant and kind of query; empty for other benchmarks.</summary>
    public required IReadOnlyList<BenchmarkAverage> Averages { get; init; }

    /// <summary>The output folder; null if nothing was written.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>The files that were written, as paths below <see cref="OutputFolder"/> with <c>/</c>, in the order of writing.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Those of <see cref="Files"/> that the Python code writes (<c>recalls_*.json</c>), by the name of the variant.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ResultFiles { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The check results of each file for a benchmark's server.</summary>
    public IReadOnlyList<SubmissionReport> Submissions { get; init; } = [];
}

/// <summary>The outcome of one part.</summary>
/// <param name="Part">The part.</param>
/// <param name="Gallery">The state of its gallery.</param>
/// <param name="Results">For each variant one result for each kind of query; a hidden split has no metrics in <see cref="EvaluationResult.Report"/>.</param>
public sealed record BenchmarkPartResult(BenchmarkPart Part, GalleryReport Gallery, IReadOnlyList<EvaluationResult> Results);

/// <summary>The state of a gallery before the evaluation.</summary>
/// <param name="Candidates">The number of distinct candidates.</param>
/// <param name="Embedded">The number of embeddings computed by this run, over all stores.</param>
/// <param name="Missing">Candidates without an embedding in the pipeline's store and why.</param>
public sealed record GalleryReport(int Candidates, int Embedded, IReadOnlyDictionary<MediaId, string> Missing);

/// <summary>The average of the parts by one variant and kind of query.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Query">The kind of query.</param>
/// <param name="Report">The averaged figures, rounded as in the reference.</param>
/// <param name="Intervals">Confidence intervals of the averages; the queries of each part are drawn separately.</param>
public sealed record BenchmarkAverage(
    EvaluationVariant Variant, QueryKind Query, RetrievalReport Report, IReadOnlyDictionary<string, Bootstrap.Interval> Intervals);

/// <summary>The check of a file before it is sent to a benchmark's server.</summary>
/// <param name="File">Its path below the output folder.</param>
/// <param name="Faults">Every fault, one sentence each; empty if it can be sent.</param>
public sealed record SubmissionReport(string File, IReadOnlyList<string> Faults);
