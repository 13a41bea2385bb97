using System.ComponentModel.DataAnnotations;
using CoVR.Embedding;

namespace CoVR.DependencyInjection;

/// <summary>The options of one pipeline; the name of the options is the name of the pipeline.</summary>
public sealed class CoVROptions
{
    /// <summary>How gallery items are embedded.</summary>
    [Required]
    public EmbeddingOptions Embedding { get; set; } = new();

    /// <summary>Queries that are encoded at the same time; further ones wait.</summary>
    /// <value>The number of processors by default; 1 to 1024.</value>
    [Range(1, 1024)]
    public int ConcurrentQueries { get; set; } = Math.Min(1024, Environment.ProcessorCount);
}
