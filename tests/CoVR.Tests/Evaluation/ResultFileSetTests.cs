using CoVR.Data;
using CoVR.Evaluation;
using CoVR.TestSupport;

namespace CoVR.Tests.Evaluation;

public sealed class ResultFileSetTests
{
    [Fact]
    public async Task SaveAsync_IntoANewFolder_WritesEveryFileWithoutMarkOrRemainder()
    {
        using var folder = new TemporaryFolder();
        await ResultFileSet.SaveAsync([new("a.json", "old")], folder["new"], TestContext.Current.CancellationToken);
        var paths = await ResultFileSet.SaveAsync([new("a.json", "{}"), new("b.json", "[\"é\"]")], folder["new"], TestContext.Current.CancellationToken);
        Assert.Equal([folder["new", "a.json"], folder["new", "b.json"]], paths);
        Assert.Equal("{}"u8.ToArray(), await File.ReadAllBytesAsync(paths[0], TestContext.Current.CancellationToken));
        Assert.Equal("[\"é\"]"u8.ToArray(), await File.ReadAllBytesAsync(paths[1], TestContext.Current.CancellationToken));
        Assert.Equal(2, Directory.GetFiles(folder["new"]).Length);
    }
}
