using System.ComponentModel.DataAnnotations;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>Options of a benchmark run: what it embeds, evaluates and writes.</summary>
public sealed class BenchmarkRunOptions : IValidatableObject
{
    /// <summary>The folder of result files, figures and pages; created if missing. Files with the same names are replaced, others are kept.</summary>
    /// <value>Null by default: nothing is written.</value>
    public string? OutputFolder { get; set; }

    /// <summary>Whether candidates that are not in the store are embedded before the evaluation.</summary>
    /// <value>True by default. When false, a candidate that is missing ends the run unless <see cref="EvaluationOptions.AllowMissingCandidates"/> is set.</value>
    public bool EmbedsMissing { get; set; } = true;

    /// <summary>Presets, kinds of queries, batches, confidence intervals, and whether candidates or references may be missing.</summary>
    [Required]
    public EvaluationOptions Evaluation { get; set; } = new();

    /// <summary>
    /// Embedding jobs for variants with their own stores, by variant name: for example the job of a second pipeline for BGR
    /// frames. The stores of other variants must be complete.
    /// </summary>
    public IDictionary<string, IEmbeddingJob> VariantJobs { get; } = new Dictionary<string, IEmbeddingJob>(StringComparer.Ordinal);

    /// <summary>Makes pages of the result, texts by the names of their files, which are written beside the figures.</summary>
    /// <value>Null by default: there are no pages.</value>
    public Func<BenchmarkResult, CancellationToken, Task<IReadOnlyDictionary<string, string>>>? MakePages { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        List<ValidationResult> faults = [];
        Validator.TryValidateObject(Evaluation, new(Evaluation), faults, validateAllProperties: true);
        var names = Evaluation.Variants.Select(variant => variant.Name).ToHashSet(StringComparer.Ordinal);
        faults.AddRange(VariantJobs.Keys.Where(name => !names.Contains(name)).Select(name => new ValidationResult(
            $"There is a job for the gallery of '{name}', which is not one of the variants: {string.Join(", ", names)}.", [nameof(VariantJobs)])));
        if (OutputFolder is { } folder && string.IsNullOrWhiteSpace(folder))
        {
            faults.Add(new ValidationResult("It is empty: set a folder, or null to write nothing.", [nameof(OutputFolder)]));
        }

        return faults;
    }
}
