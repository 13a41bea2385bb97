using System.ComponentModel.DataAnnotations;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>What a benchmark run does with what is missing, what it evaluates, and what it writes.</summary>
public sealed class BenchmarkRunOptions : IValidatableObject
{
    /// <summary>The folder of result files, figures and pages; made if it is not there. Files of the same names are replaced, others stay.</summary>
    /// <value>Null by default: nothing is written.</value>
    public string? OutputFolder { get; set; }

    /// <summary>Whether candidates that are not in the store are embedded before the evaluation.</summary>
    /// <value>True by default. When false, a candidate that is missing ends the run unless <see cref="EvaluationOptions.AllowMissingCandidates"/> is set.</value>
    public bool EmbedsMissing { get; set; } = true;

    /// <summary>Presets, kinds of queries, batches, confidence intervals, and whether candidates or references may be missing.</summary>
    [Required]
    public EvaluationOptions Evaluation { get; set; } = new();

    /// <summary>
    /// What embeds the gallery of a variant that has a store of its own, by the variant's name: the job of a second pipeline, say one of BGR
    /// frames. The store of a variant that is not named here must be complete.
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
            $"There is a job for the gallery of '{name}', which is none of the variants: {string.Join(", ", names)}.", [nameof(VariantJobs)])));
        if (OutputFolder is { } folder && string.IsNullOrWhiteSpace(folder))
        {
            faults.Add(new ValidationResult("It is empty: name a folder, or null to write nothing.", [nameof(OutputFolder)]));
        }

        return faults;
    }
}
