using System.ComponentModel.DataAnnotations;

namespace CoVR.Reranking.Training;

/// <summary>How a pair scorer is trained.</summary>
public sealed class RerankerTrainingOptions
{
    /// <summary>Optimizer steps.</summary>
    /// <value>2,000 by default.</value>
    [Range(1, 10_000_000)]
    public int Steps { get; set; } = 2000;

    /// <summary>Queries per step.</summary>
    /// <value>16 by default.</value>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 16;

    /// <summary>Candidates that a query is scored with, its answer among them.</summary>
    /// <value>8 by default.</value>
    [Range(2, 256)]
    public int Candidates { get; set; } = 8;

    /// <summary>The wrong candidates are drawn from this many of the best of the first pass.</summary>
    /// <value>50 by default.</value>
    [Range(2, 1000)]
    public int HardNegatives { get; set; } = 50;

    /// <summary>The highest learning rate, after a warm-up of a twentieth of the steps; from there it falls to 0 as a cosine.</summary>
    /// <value>0.001 by default.</value>
    [Range(1e-8, 1)]
    public double LearningRate { get; set; } = 1e-3;

    /// <summary>The scorer's width, a multiple of <see cref="Heads"/>.</summary>
    /// <value>96 by default.</value>
    [Range(8, 4096)]
    public int Width { get; set; } = 96;

    /// <summary>Layers that look at a candidate.</summary>
    /// <value>3 by default.</value>
    [Range(1, 48)]
    public int Layers { get; set; } = 3;

    /// <summary>Attention heads.</summary>
    /// <value>4 by default.</value>
    [Range(1, 64)]
    public int Heads { get; set; } = 4;

    /// <summary>Hits of the first pass that validation reranks.</summary>
    /// <value>20 by default.</value>
    [Range(2, 1000)]
    public int RerankedHits { get; set; } = 20;

    /// <summary>The most triplets to train on, the first of the data set; visual tokens of their pictures are kept in memory.</summary>
    /// <value>30,000 by default.</value>
    [Range(1, 10_000_000)]
    public int MaxTriplets { get; set; } = 30_000;

    /// <summary>Draws weights and batches.</summary>
    /// <value>0 by default.</value>
    public int Seed { get; set; }

    /// <summary>After how many steps the state is saved, from which an interrupted training goes on with the same numbers.</summary>
    /// <value>200 by default.</value>
    [Range(1, 10_000_000)]
    public int SaveEverySteps { get; set; } = 200;
}
