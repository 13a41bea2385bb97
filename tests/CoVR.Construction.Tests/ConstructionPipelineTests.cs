using CoVR.TestSupport;
using Microsoft.Extensions.Options;

namespace CoVR.Construction.Tests;

public sealed class ConstructionPipelineTests
{
    private static readonly string[] Captions = ["a red ball", "a blue ball", "a green cube", "a blue cube"];

    [Fact]
    public async Task RunAsync_Unchanged_RunsNoStageAgain()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, Captions);
        var first = await RunAsync(options);

        var second = await RunAsync(options);

        Assert.All(first, report => Assert.True(report.Ran));
        Assert.All(second, report => Assert.False(report.Ran));
        Assert.Equal(first.Select(report => report.Kept), second.Select(report => report.Kept));
    }

    [Fact]
    public async Task RunAsync_ChangedOption_RunsItsStageAndLeavesEarlierOnes()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, Captions);
        await RunAsync(options);
        options.Mining.MaxGroup = 7;

        var reports = await RunAsync(options);

        Assert.Equal([ConstructionStage.Mine], reports.Where(report => report.Ran).Select(report => report.Stage));
    }

    [Fact]
    public async Task RunAsync_ChangedInputWithTheSameContent_LeavesLaterStages()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, Captions);
        await RunAsync(options);
        File.SetLastWriteTimeUtc(folder["captions.csv"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var reports = await RunAsync(options);

        Assert.Equal([ConstructionStage.Collect], reports.Where(report => report.Ran).Select(report => report.Stage));
    }

    [Fact]
    public async Task RunAsync_StageThatFails_LeavesTheResultBefore()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, Captions);
        await RunAsync(options);
        var failing = new ConstructionPipeline(options) { CaptionSources = [new BrokenSource()] };

        await Assert.ThrowsAsync<IOException>(() => failing.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.All(await RunAsync(options), report => Assert.False(report.Ran));
    }

    [Fact]
    public async Task RunAsync_OneStageWithoutTheEarlierOnes_SaysWhichIsMissing()
    {
        using var folder = new TemporaryFolder();
        var pipeline = new ConstructionPipeline(MadeCaptions.Options(folder, Captions));

        var error = await Assert.ThrowsAsync<ConstructionException>(() => pipeline.RunAsync(ConstructionStage.Mine, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("'Collect'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlanAsync_ChangedOption_NamesTheStagesThatWouldRunAndRunsNone()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, Captions);
        await RunAsync(options, ConstructionStage.Collect);

        var plan = await new ConstructionPipeline(options).PlanAsync(TestContext.Current.CancellationToken);

        Assert.False(plan[0].Ran);
        Assert.All(plan.Skip(1), report => Assert.True(report.Ran));
        Assert.Equal(plan.Select(report => report.Ran), (await new ConstructionPipeline(options).PlanAsync(TestContext.Current.CancellationToken)).Select(report => report.Ran));
    }

    [Fact]
    public async Task RunAsync_WorkFileOfAnotherFormat_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, Captions);
        options.WorkFile = folder["captions.csv"];

        var error = await Assert.ThrowsAsync<ConstructionException>(() => RunAsync(options));

        Assert.Contains("captions.csv", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WrongOptions_ListsEveryFault()
    {
        var error = Assert.Throws<OptionsValidationException>(() => new ConstructionPipeline(new ConstructionOptions { WorkFile = "", Mining = { MaxGroup = 1 } }));

        Assert.Equal(2, error.Failures.Count());
    }

    private static Task<IReadOnlyList<StageReport>> RunAsync(ConstructionOptions options, ConstructionStage? only = null) =>
        new ConstructionPipeline(options).RunAsync(only, cancellationToken: TestContext.Current.CancellationToken);

    private sealed class BrokenSource : ICaptionSource
    {
        public string Fingerprint => "broken";

        public async IAsyncEnumerable<MediaCaption> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return new MediaCaption("1000", "a yellow ball");
            await Task.Yield();
            throw new IOException("the disk is gone");
        }
    }
}
