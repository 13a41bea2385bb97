using CoVR.Cli.Pages;
using CoVR.Construction;
using CoVR.Media;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Pages;

public sealed class ConstructionPageTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task RenderAsync_HostileTextsAndMissingMedia_EncodesAndNamesThem()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllLinesAsync(folder["captions.csv"], ["id,caption", "<b>1</b>,a red ball", "2,a blue ball", "3,a green ball"], Cancel);
        var options = new ConstructionOptions { WorkFile = folder["work.duckdb"], Collect = { Inputs = { folder["captions.csv"] } }, Export = { Folder = folder["dataset"] } };
        await new ConstructionPipeline(options) { EditWriter = new TemplateEditWriter(["<script>{1}</script>"]) }.RunAsync(cancellationToken: Cancel);
        var report = await ConstructionReport.ReadAsync(options.WorkFile, cancellationToken: Cancel);

        var html = await ConstructionPage.RenderAsync("<script>", report, new MediaFrameReader(), Cancel);

        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Contains("<q dir=\"auto\">&lt;script&gt;blue&lt;/script&gt;</q>", html, StringComparison.Ordinal);
        Assert.Contains("unreadable: &lt;b&gt;1&lt;/b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("6 triplets at random", html, StringComparison.Ordinal);
        Assert.Equal(2, html.Split("Not computed").Length - 1); // similarities of captions and of media
    }
}
