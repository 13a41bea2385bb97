namespace CoVR.Cli.Pages;

/// <summary>What a results page shows.</summary>
internal sealed class EvaluationPageOptions
{
    /// <summary>The headline.</summary>
    public string Title { get; init; } = "Evaluation";

    /// <summary>A paragraph below the headline; empty for none.</summary>
    public string Introduction { get; init; } = "";

    /// <summary>Queries that are shown first, by <see cref="Data.Triplet.Id"/>, regardless of their outcome.</summary>
    public IReadOnlyList<string> Shown { get; init; } = [];

    /// <summary>How many queries whose answer came first are shown, evenly spaced through the data set.</summary>
    /// <value>6 by default.</value>
    public int Successes { get; init; } = 6;

    /// <summary>How many queries whose answer did not come first are shown, evenly spaced through the data set.</summary>
    /// <value>6 by default.</value>
    public int Failures { get; init; } = 6;

    /// <summary>How many hits of a query are shown.</summary>
    /// <value>6 by default.</value>
    public int Hits { get; init; } = 6;

    /// <summary>The longer side of a picture, in pixels; smaller pictures keep their size.</summary>
    /// <value>176 by default (shown at half, for dense screens).</value>
    public int PictureSize { get; init; } = 176;

    /// <summary>How many frames of a video are played; 1 for a still.</summary>
    /// <value>8 by default.</value>
    public int ClipFrames { get; init; } = 8;

    /// <summary>The most bytes of all pictures together; beyond that, names replace pictures.</summary>
    /// <value>12 MiB by default.</value>
    public int PictureBytes { get; init; } = 12 << 20;

    /// <summary>Queries beyond the data set, shown after it.</summary>
    public IReadOnlyList<PageQuery> Questions { get; init; } = [];

    /// <summary>Curves of numbers, such as losses, shown at the end.</summary>
    public IReadOnlyList<PageChart> Charts { get; init; } = [];
}

/// <summary>A query and its answers on a page.</summary>
/// <param name="Reference">The reference.</param>
/// <param name="Modification">The modification text.</param>
/// <param name="Hits">The answers, best first.</param>
internal sealed record PageQuery(MediaId Reference, string Modification, IReadOnlyList<SearchHit> Hits);

/// <summary>A curve on a page.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="Values">The numbers, not negative, in their order; long runs are averaged in equal parts.</param>
/// <param name="Unit">The unit of the horizontal axis.</param>
internal sealed record PageChart(string Title, IReadOnlyList<double> Values, string Unit = "step");
