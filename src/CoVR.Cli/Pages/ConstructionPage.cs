using System.Globalization;
using System.Text.Json;
using CoVR.Construction;

namespace CoVR.Cli.Pages;

/// <summary>What a construction kept, dropped and made. The variables of <c>construction.liquid</c>.</summary>
internal sealed class ConstructionPage
{
    private const int PictureSize = 320;
    private const int PictureBytes = 12 << 20;

    // What the rows of each stage are.
    private static readonly Dictionary<ConstructionStage, string> Units = new()
    {
        [ConstructionStage.Collect] = "captions",
        [ConstructionStage.Mine] = "caption pairs",
        [ConstructionStage.FilterText] = "caption pairs",
        [ConstructionStage.PairMedia] = "media pairs",
        [ConstructionStage.WriteEdits] = "texts",
        [ConstructionStage.Split] = "triplets",
        [ConstructionStage.Export] = "splits",
    };

    private ConstructionPage(string title, ConstructionReport report, IReadOnlyList<Example> examples, string style)
    {
        (Title, Examples, Style) = (title, examples, style);
        var most = report.Stages.Where(stage => stage.Stage != ConstructionStage.Export).Max(stage => stage.Kept);
        Stages = [.. report.Stages.Select(stage => new Step(
            JsonNamingPolicy.KebabCaseLower.ConvertName(stage.Stage.ToString()), Number(stage.Kept), Units[stage.Stage], stage.Stage == ConstructionStage.Export ? "0" : Svg.Number(100.0 * stage.Kept / Math.Max(1, most)),
            [.. stage.Dropped.Select(dropped => new Reason(Number(dropped.Count), dropped.Reason, string.Join("; ", dropped.Examples)))], stage.Notes))];
        Histograms = [.. report.Histograms.Select(series => new BarChart(series))];
        Shortcuts = [.. report.Shortcuts.Bars.Select(bar => new Bar(bar.Label, Svg.Number(bar.Value), $"{Svg.Number(bar.Value)} %"))];
        var highest = report.Changes.Bars.Select(bar => bar.Value).DefaultIfEmpty(1).Max();
        Changes = [.. report.Changes.Bars.Select(bar => new Bar(bar.Label, Svg.Number(100 * bar.Value / highest), Number((long)bar.Value)))];
    }

    public string Title { get; }

    public string Style { get; }

    public IReadOnlyList<Step> Stages { get; }

    public IReadOnlyList<BarChart> Histograms { get; }

    public IReadOnlyList<Bar> Shortcuts { get; }

    public IReadOnlyList<Bar> Changes { get; }

    public IReadOnlyList<Example> Examples { get; }

    /// <summary>Renders the page.</summary>
    /// <param name="name">The name of the data set.</param>
    /// <param name="report">The figures and triplets.</param>
    /// <param name="frames">Reads pictures, and the middle frames of videos.</param>
    /// <param name="cancellationToken">Cancels the reading of pictures.</param>
    public static async Task<string> RenderAsync(string name, ConstructionReport report, IFrameReader frames, CancellationToken cancellationToken)
    {
        var paths = report.Examples.SelectMany(example => new[] { example.Reference, example.Target }).DistinctBy(media => media.Id).ToDictionary(media => new MediaId(media.Id), media => media.Path ?? media.Id);
        var pictures = new PagePictures(id => MediaSource.FromFile(paths[id]), frames.AsSeen, PictureSize, clipFrames: 1, PictureBytes);
        List<Example> examples = [];
        foreach (var example in report.Examples)
        {
            var (reference, target) = (await pictures.OfAsync(new MediaId(example.Reference.Id), cancellationToken), await pictures.OfAsync(new MediaId(example.Target.Id), cancellationToken));
            examples.Add(new Example(reference, example.Reference.Caption, example.Text, example.Split, target, example.Target.Caption));
        }

        return PageTemplate.Render("construction.liquid", new ConstructionPage(name, report, examples, pictures.Style));
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    internal sealed record Step(string Name, string Kept, string Unit, string Percent, IReadOnlyList<Reason> Dropped, IReadOnlyList<string> Notes);

    internal sealed record Reason(string Count, string Text, string Examples);

    internal sealed record Bar(string Label, string Percent, string Value);

    internal sealed record Example(PagePicture Reference, string ReferenceCaption, string Text, string Split, PagePicture Target, string TargetCaption);
}

/// <summary>A histogram.</summary>
internal sealed class BarChart
{
    // The view box in construction.liquid.
    private const int Width = 480;
    private const int Height = 180;
    private const int Left = 10;
    private const int Bottom = 28;
    private const int Top = 18;
    private const int MostLabels = 8;

    public BarChart(ReportSeries series)
    {
        (Title, Unit) = (series.Title, series.Unit);
        var (count, most) = (series.Bars.Count, series.Bars.Select(bar => bar.Value).DefaultIfEmpty(0).Max());
        var (step, every) = ((Width - (2.0 * Left)) / Math.Max(1, count), (int)Math.Ceiling((double)Math.Max(1, count) / MostLabels));
        Bars = [.. series.Bars.Select((bar, i) =>
        {
            var height = (Height - Bottom - Top) * bar.Value / Math.Max(1, most);
            return new Column(
                Svg.Number(Left + (step * i) + 1), Svg.Number(Height - Bottom - height), Svg.Number(Math.Max(1, step - 2)), Svg.Number(height), Svg.Number(Left + (step * (i + 0.5))),
                $"{bar.Label}: {bar.Value.ToString("N0", CultureInfo.InvariantCulture)}", i % every == 0 ? bar.Label : null);
        })];
        Most = most.ToString("N0", CultureInfo.InvariantCulture);
        Summary = $"{Title}: {string.Join(", ", Bars.Select(bar => bar.Text))} {Unit}";
    }

    public string Title { get; }

    public string Unit { get; }

    /// <summary>The highest count.</summary>
    public string Most { get; }

    /// <summary>All counts, for those who do not see the chart.</summary>
    public string Summary { get; }

    public IReadOnlyList<Column> Bars { get; }

    /// <summary>A bar; its label is null where there is no room for all.</summary>
    internal sealed record Column(string X, string Y, string Width, string Height, string Middle, string Text, string? Label);
}
