using System.ComponentModel.DataAnnotations;
using CoVR.Embedding;
using Microsoft.Extensions.Options;

namespace CoVR.DependencyInjection;

/// <summary>The options of one pipeline; the name of the options is the name of the pipeline.</summary>
public sealed class CoVROptions
{
    /// <summary>How gallery items are embedded.</summary>
    [Required]
    public EmbeddingOptions Embedding { get; set; } = new();

    /// <summary>How many queries are encoded concurrently; further ones wait.</summary>
    /// <value>The number of processors by default; 1 to 1024.</value>
    [Range(1, 1024)]
    public int ConcurrentQueries { get; set; } = Math.Min(1024, Environment.ProcessorCount);

    /// <summary>How many of the best hits a reranker scores again.</summary>
    /// <value>20 by default; 2 to 1000.</value>
    [Range(2, 1000)]
    public int RerankedHits { get; set; } = 20;

    /// <summary>The difference between the first two scores from which on nothing is reranked; infinity for never.</summary>
    /// <value>Null by default: the reranker's own (<see cref="IReranker.ConfidentMargin"/>).</value>
    public float? ConfidentMargin { get; set; }
}

/// <summary>Collects every fault of a pipeline's options, those of nested options included, into one message.</summary>
/// <typeparam name="T">The options.</typeparam>
/// <param name="pipeline">The pipeline's name.</param>
internal sealed class WholeOptionsValidator<T>(string pipeline) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options) => name != pipeline
        ? ValidateOptionsResult.Skip
        : OptionsFaults.Find(options) is { Count: > 0 } faults
            ? ValidateOptionsResult.Fail($"CoVR pipeline '{pipeline}', {typeof(T).Name}: {string.Join("; ", faults)}")
            : ValidateOptionsResult.Success;
}
