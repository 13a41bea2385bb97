using System.Buffers.Binary;
using System.Text;

namespace CoVR.EndToEnd.Tests;

/// <summary>What somebody sees who installs the tool.</summary>
public sealed class ToolTests(InstalledTool tool) : IClassFixture<InstalledTool>
{
    private const long LargestOfPublicFeeds = 250_000_000;

    [Fact]
    public void Pack_OfTheTool_StaysBelowWhatFeedsTake()
    {
        Assert.Equal(2, tool.Packages.Count);
        Assert.All(tool.Packages.Values, size => Assert.InRange(size, 1, LargestOfPublicFeeds));
    }

    [Fact]
    public async Task Help_Asked_ShowsTheCommands()
    {
        var run = (await tool.RunAsync("--help")).Succeeded("covr --help");

        string[] commands = ["search", "embed", "download", "convert", "doctor", "demo"];
        Assert.All(commands, command => Assert.Contains($"\n  {command} ", run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Convert_OfASmallFile_WritesTheOtherFormat()
    {
        await File.WriteAllBytesAsync(Path.Combine(tool.Folder, "a.safetensors"), OneTensor(), TestContext.Current.CancellationToken);

        var run = (await tool.RunAsync("convert", "a.safetensors", "a.pth")).Succeeded("covr convert");

        Assert.Contains("a.pth: 1 tensors", run.Output, StringComparison.Ordinal);
        Assert.Equal("PK"u8.ToArray(), (await File.ReadAllBytesAsync(Path.Combine(tool.Folder, "a.pth"), TestContext.Current.CancellationToken))[..2]);
    }

    // A length, a table of contents, and four bytes.
    private static byte[] OneTensor()
    {
        var header = Encoding.ASCII.GetBytes("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""");
        var file = new byte[8 + header.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        return file;
    }
}
