using CoVR.Reproduction.Results;
using CoVR.TestSupport;

namespace CoVR.Reproduction.Tests.Results;

public sealed class ResultFileTests
{
    [Fact]
    public void Save_IntoANewFolder_WritesTheFileWithoutMarkOrRemainder()
    {
        using var folder = new TemporaryFolder();
        new ResultFile("a.json", "old").Save(folder["new"]);
        Assert.Equal(folder["new", "a.json"], new ResultFile("a.json", "[\"é\"]").Save(folder["new"]));
        Assert.Equal("[\"é\"]"u8.ToArray(), File.ReadAllBytes(folder["new", "a.json"]));
        Assert.Single(Directory.GetFiles(folder["new"]));
    }
}
