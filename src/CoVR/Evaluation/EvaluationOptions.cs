using System.ComponentModel.DataAnnotations;
using CoVR.Data;
using CoVR.Distributed;

namespace CoVR.Evaluation;

/// <summary>What to evaluate, by which rules, and with which batching and parallelism.</summary>
public sealed class EvaluationOptions : IValidatableObject
{
    /// <summary>The kinds of queries; references go through the visual encoder once for all of them.</summary>
    /// <value><see cref="QueryKind.Composed"/> by default.</value>
    [MinLength(1)]
    public IReadOnlyList<QueryKind> Queries { get; set; } = [QueryKind.Composed];

    /// <summary>The rules to evaluate by; queries are encoded once for all of them.</summary>
    /// <value><see cref="EvaluationVariant.LeakFree"/> by default.</value>
    [MinLength(1)]
    public IReadOnlyList<EvaluationVariant> Variants { get; set; } = [EvaluationVariant.LeakFree];

    /// <summary>Confidence intervals of the metrics.</summary>
    [Required]
    public Bootstrap Bootstrap { get; set; } = new();

    /// <summary>Queries per model call.</summary>
    /// <value>32 by default; 1 to 4096.</value>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 32;

    /// <summary>How many references are read and decoded concurrently.</summary>
    /// <value>The number of processors by default; 1 to 1024.</value>
    [Range(1, 1024)]
    public int Workers { get; set; } = Math.Min(1024, Environment.ProcessorCount);

    /// <summary>Whether candidates may be missing from the store.</summary>
    /// <value>False by default: a smaller gallery is an easier one. When true, the coverage tells how many are missing.</value>
    public bool AllowMissingCandidates { get; set; }

    /// <summary>Whether queries whose reference cannot be read are left out of the figures.</summary>
    /// <value>False by default: such a reference ends the run. When true, the coverage tells which are left out.</value>
    public bool AllowUnreadableReferences { get; set; }

    /// <summary>
    /// The processes that share the queries, batch by batch; null for one alone. Every process makes the same call with its own
    /// copy of the model and the gallery, and gets the results of all queries, bit for bit those of a single process.
    /// </summary>
    /// <value>Null by default.</value>
    public ICollective? Collective { get; set; }

    /// <summary>A copy for processes that share the queries.</summary>
    /// <param name="collective">The processes; null for one alone.</param>
    /// <returns>The same options otherwise.</returns>
    public EvaluationOptions SharedBy(ICollective? collective)
    {
        var copy = (EvaluationOptions)MemberwiseClone();
        copy.Collective = collective;
        return copy;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (property, names) in new[]
        {
            (nameof(Queries), Queries.Select(kind => kind.Name)),
            (nameof(Variants), Variants.Select(variant => variant.Name)),
        })
        {
            foreach (var twice in names.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            {
                yield return new ValidationResult($"'{twice.Key}' is there {twice.Count()} times; names are unique.", [property]);
            }
        }

        List<ValidationResult> faults = [];
        Validator.TryValidateObject(Bootstrap, new(Bootstrap), faults, validateAllProperties: true);
        foreach (var fault in faults)
        {
            yield return fault;
        }
    }
}
