using CoVR.Construction.Review;
using CoVR.Construction.Stages;
using CoVR.Construction.Work;

namespace CoVR.Construction;

/// <summary>What a finished construction kept, dropped and made, for a page that people read.</summary>
public sealed class ConstructionReport
{
    private ConstructionReport(IReadOnlyList<StageReport> stages, IReadOnlyList<ReportSeries> histograms, ReportSeries shortcuts, ReportSeries changes, IReadOnlyList<ConstructedTriplet> examples) =>
        (Stages, Histograms, Shortcuts, Changes, Examples) = (stages, histograms, shortcuts, changes, examples);

    /// <summary>The stages in their order, with what each kept and dropped.</summary>
    public IReadOnlyList<StageReport> Stages { get; }

    /// <summary>Words of an edit, similarities of captions and of media, and pairs of a word. A similarity that no stage computed has no bars.</summary>
    public IReadOnlyList<ReportSeries> Histograms { get; }

    /// <summary>How far text or reference alone get, in percent of the triplets.</summary>
    public ReportSeries Shortcuts { get; }

    /// <summary>The words that most often become each other.</summary>
    public ReportSeries Changes { get; }

    /// <summary>Triplets drawn at random, always the same ones.</summary>
    public IReadOnlyList<ConstructedTriplet> Examples { get; }

    /// <summary>Reads a work file whose stages have all run.</summary>
    /// <param name="workFile">The work file.</param>
    /// <param name="examples">Triplets to draw; at least 0.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ConstructionException">The work file is missing, in use, or its stages have not all run.</exception>
    public static Task<ConstructionReport> ReadAsync(string workFile, int examples = 50, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(workFile);
        ArgumentOutOfRangeException.ThrowIfNegative(examples);
        return Task.Run(() => Read(workFile, examples, cancellationToken), cancellationToken);
    }

    private static ConstructionReport Read(string workFile, int examples, CancellationToken cancellationToken)
    {
        const int MostChanges = 20;
        using var file = TripletReader.Open(workFile);
        if (!file.HasTable(ReviewedTriplets.Decisions))
        {
            throw new ConstructionException($"Work file '{workFile}'", "its data set was not exported yet; run all stages of 'covr construct' first.");
        }

        new ReviewedTriplets(file).CreateView(cancellationToken);
        var (ledger, figures) = (new Ledger(file), new TripletFigures(file, ReviewedTriplets.View));
        return new ConstructionReport(
            [.. Enum.GetValues<ConstructionStage>().Select(ledger.Find).OfType<LedgerEntry>().Select(entry => entry.Report)],
            [
                new ReportSeries("Words of an edit", "triplets", figures.Lengths(cancellationToken)),
                new ReportSeries("Similarity of captions", "triplets", figures.Similarities("sim_txt", cancellationToken)),
                new ReportSeries("Similarity of media", "triplets", figures.Similarities("sim_vid", cancellationToken)),
                new ReportSeries("Caption pairs of a word", "words", figures.PairsPerWord(cancellationToken)),
            ],
            new ReportSeries("Shortcuts", "percent", figures.Shortcuts(cancellationToken)),
            new ReportSeries("Most frequent changes", "triplets", figures.Changes(MostChanges, cancellationToken)),
            new TripletReader(file, null).Read(ReviewedTriplets.View, "true", examples, cancellationToken));
    }
}

/// <summary>Figures of one kind.</summary>
/// <param name="Title">What is counted.</param>
/// <param name="Unit">The unit of the values.</param>
/// <param name="Bars">The figures in their order; the label of a histogram's bar is where its bin begins, or its range.</param>
public sealed record ReportSeries(string Title, string Unit, IReadOnlyList<ReportBar> Bars);

/// <summary>One figure.</summary>
/// <param name="Label">What it belongs to.</param>
/// <param name="Value">The figure.</param>
public sealed record ReportBar(string Label, double Value);
