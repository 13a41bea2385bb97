using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Tests.Annotations;

public sealed class AnnotationInspectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_OfATableWithBadRows_KeepsTheOthersAndTheirLines()
    {
        await File.WriteAllLinesAsync(_folder["test.csv"], ["pth1,pth2,edit", "a,b,more", "a,,less", "b,c,again", "c,b,twice"], Cancel);
        var reader = new WebVidCoVROptions().AddSplit(DatasetSplit.Test, _folder["test.csv"], _folder["videos"]).CreateReader();

        var inspection = await AnnotationInspection.ReadAsync(reader, DatasetSplit.Test, Cancel);

        Assert.Equal(["more", "again", "twice"], inspection.Dataset.Triplets.Select(triplet => triplet.Modification));
        Assert.Equal([2L, 4L, 5L], Enumerable.Range(0, 3).Select(index => inspection.LineOf(index)));
        Assert.Equal(
            [(LogLevel.Error, 3L, "pth2", null), (LogLevel.Error, 5L, "pth2", "b")],
            inspection.Issues.Select(issue => (issue.Level, issue.Line!.Value, issue.Field, issue.Id)));
        Assert.All(inspection.Issues, issue => Assert.Equal(_folder["test.csv"], issue.File));
    }

    [Fact]
    public async Task ReadAsync_OfAnEmptyCaption_KeepsTheEntry()
    {
        var options = TinyLayouts.FashionIQ(_folder.FullName);
        TinyLayouts.Write(_folder["cap.dress.val.json"], new[] { new { target = "B5d", candidate = "B0d", captions = new[] { "is red", " " } } });

        var inspection = await AnnotationInspection.ReadAsync(options.CreateReader(), DatasetSplit.Test, Cancel);

        Assert.Single(inspection.Dataset.Triplets);
        Assert.Equal((LogLevel.Warning, "[0].captions[1]"), inspection.Issues.Select(issue => (issue.Level, issue.Field)).Single());
    }

    [Fact]
    public async Task CountQueriesAsync_OfAFile_CountsThemOrNamesTheFault()
    {
        await File.WriteAllLinesAsync(_folder["table.csv"], ["pth1,pth2,edit", "a,b,more", "b,c,less"], Cancel);
        await File.WriteAllTextAsync(_folder["list.json"], """["dress1", 2]""", Cancel);

        var fault = await Assert.ThrowsAsync<DatasetFormatException>(() => new FashionIQOptions().CountGalleryAsync(_folder["list.json"], Cancel));

        Assert.Equal(2, await new WebVidCoVROptions().CountQueriesAsync(_folder["table.csv"], Cancel));
        Assert.Equal((_folder["list.json"], "[1]"), (fault.File, fault.Field));
    }
}
