using CoVR.TestSupport;

namespace CoVR.Construction.Tests;

public sealed class ConstructionReportTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_FinishedWorkFile_CountsEveryTripletInEachHistogram()
    {
        using var made = await MadeReview.CreateAsync();
        var triplets = new[] { "train.csv", "test.csv" }.Sum(name => made.Exported(name).Length - 1);

        var report = await ConstructionReport.ReadAsync(made.Options.WorkFile, examples: 7, Cancel);

        Assert.Equal(Enum.GetValues<ConstructionStage>(), report.Stages.Select(stage => stage.Stage));
        Assert.Equal(triplets, report.Histograms[0].Bars.Sum(bar => bar.Value));
        Assert.Empty(report.Histograms[1].Bars);
        Assert.Equal(9, report.Histograms[3].Bars.Sum(bar => bar.Value)); // four colours and five shapes
        Assert.Equal(3, report.Shortcuts.Bars.Count);
        Assert.All(report.Shortcuts.Bars, bar => Assert.InRange(bar.Value, 1, 100));
        Assert.Equal(20, report.Changes.Bars.Count);
        Assert.Equal(7, report.Examples.Select(example => example.Id).Distinct().Count());
    }

    [Fact]
    public async Task ReadAsync_AfterAReview_ShowsNothingThatWasDiscarded()
    {
        using var made = await MadeReview.CreateAsync();
        string[] discarded;
        using (var queue = await made.OpenAsync())
        {
            discarded = [.. queue.Triplets.Select(triplet => triplet.Id)];
            Array.ForEach(discarded, id => queue.Decide(new ReviewDecision(id, "Anna", ReviewVerdict.Discard)));
        }

        await made.RunAsync();

        var report = await ConstructionReport.ReadAsync(made.Options.WorkFile, examples: 1000, Cancel);
        Assert.NotEmpty(report.Examples);
        Assert.Empty(report.Examples.Select(example => example.Id).Intersect(discarded));
    }

    [Fact]
    public async Task ReadAsync_BeforeTheExport_SaysWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, "a red ball", "a blue ball");
        await new ConstructionPipeline(options).RunToAsync(ConstructionStage.Split);

        var error = await Assert.ThrowsAsync<ConstructionException>(() => ConstructionReport.ReadAsync(options.WorkFile, cancellationToken: Cancel));

        Assert.Contains("not exported", error.Message, StringComparison.Ordinal);
    }
}
