using System.ComponentModel.DataAnnotations;

namespace CoVR.Pages;

/// <summary>What a page of results shows.</summary>
public sealed class EvaluationPageOptions
{
    /// <summary>The headline.</summary>
    [Required]
    public string Title { get; set; } = "Evaluation";

    /// <summary>A paragraph below the headline; empty for none.</summary>
    public string Introduction { get; set; } = "";

    /// <summary>Queries that are shown first, by <see cref="Data.Triplet.Id"/>, whatever their outcome.</summary>
    public IReadOnlyList<string> Shown { get; set; } = [];

    /// <summary>How many queries whose answer came first are shown, at equal distances through the data set.</summary>
    /// <value>6 by default; at most 1000.</value>
    [Range(0, 1000)]
    public int Successes { get; set; } = 6;

    /// <summary>How many queries whose answer did not come first are shown, at equal distances through the data set.</summary>
    /// <value>6 by default; at most 1000.</value>
    [Range(0, 1000)]
    public int Failures { get; set; } = 6;

    /// <summary>How many hits of a query are shown.</summary>
    /// <value>6 by default; 1 to 50.</value>
    [Range(1, 50)]
    public int Hits { get; set; } = 6;

    /// <summary>The longer side of a picture, in pixels; smaller pictures keep their size.</summary>
    /// <value>176 by default (shown at half, for dense screens); 16 to 1024.</value>
    [Range(16, 1024)]
    public int PictureSize { get; set; } = 176;

    /// <summary>How many frames of a video are played; 1 for a still.</summary>
    /// <value>8 by default; 1 to 30.</value>
    [Range(1, 30)]
    public int ClipFrames { get; set; } = 8;

    /// <summary>The most bytes of all pictures together; beyond it names stand for pictures.</summary>
    /// <value>12 MiB by default.</value>
    [Range(0, 1 << 30)]
    public int PictureBytes { get; set; } = 12 << 20;

    /// <summary>Queries beyond the data set, shown after it.</summary>
    public IReadOnlyList<PageQuery> Questions { get; set; } = [];

    /// <summary>Curves of numbers, such as losses, shown at the end.</summary>
    public IReadOnlyList<PageChart> Charts { get; set; } = [];
}

/// <summary>A query and its answers on a page.</summary>
/// <param name="Reference">What was started from.</param>
/// <param name="Modification">What was asked for.</param>
/// <param name="Hits">The answers, best first.</param>
public sealed record PageQuery(MediaId Reference, string Modification, IReadOnlyList<SearchHit> Hits);

/// <summary>A curve on a page.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="Values">The numbers, not negative, in their order; long runs are averaged in equal parts.</param>
/// <param name="Unit">What one number stands for.</param>
public sealed record PageChart(string Title, IReadOnlyList<double> Values, string Unit = "step");
