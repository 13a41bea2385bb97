using System.ComponentModel.DataAnnotations;

namespace CoVR.Evaluation;

/// <summary>What is drawn again and again to see how far a figure may lie from what other queries would give.</summary>
public enum ResamplingUnit
{
    /// <summary>
    /// Targets with all their queries: queries with one target succeed and fail together, and count once as evidence.
    /// Where each query has a target of its own this is <see cref="Query"/>.
    /// </summary>
    Target,

    /// <summary>Single queries.</summary>
    Query,
}

/// <summary>How confidence intervals are drawn.</summary>
public sealed class BootstrapOptions
{
    /// <summary>How many data sets are drawn.</summary>
    /// <value>2000 by default; 0 for no intervals.</value>
    [Range(0, 1_000_000)]
    public int Resamples { get; set; } = 2000;

    /// <summary>The share of draws inside the interval.</summary>
    /// <value>0.95 by default.</value>
    [Range(0.01, 0.999)]
    public double Level { get; set; } = 0.95;

    /// <summary>The seed of the draws: one seed gives one interval.</summary>
    public int Seed { get; set; } = 1234;

    /// <summary>What is drawn.</summary>
    /// <value><see cref="ResamplingUnit.Target"/> by default.</value>
    public ResamplingUnit Unit { get; set; }
}
