using System.Buffers.Binary;
using System.Text;
using CoVR.Media;

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

        string[] commands = ["search", "train", "test", "embed", "download", "convert", "doctor", "demo"];
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

    [Fact]
    public async Task Search_OfAFolder_EmbedsItAndAnswers()
    {
        await WriteTinyModelAsync();
        foreach (var (name, shade) in new[] { ("one", 20), ("two", 120), ("three", 220) })
        {
            WritePicture(Path.Combine(tool.Folder, "photos", $"{name}.png"), (byte)shade);
        }

        var run = (await tool.RunAsync("search", "photos", "--image", "photos/one.png", "--text", "make it red", "--model", "tiny", "--checkpoint", "scratch", "--html", "page.html")).Succeeded("covr search");

        Assert.Contains("3 files embedded", run.Output, StringComparison.Ordinal);
        Assert.Contains("two.png", run.Output, StringComparison.Ordinal);
        Assert.Contains("three.png", run.Output, StringComparison.Ordinal);
        Assert.Contains("make it red", await File.ReadAllTextAsync(Path.Combine(tool.Folder, "page.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task WriteTinyModelAsync()
    {
        Directory.CreateDirectory(Path.Combine(tool.Folder, "configs", "model"));
        await File.WriteAllTextAsync(Path.Combine(tool.Folder, "configs", "model", "tiny.yaml"), """
            modelname: tiny
            basemodel: blip
            _target_: src.model.blip.blip_cir.blip_cir
            ckpt_path: null
            vocabulary: vocab.txt
            architecture:
              dimensions: 8
              vision: { patch_size: 4, width: 16, depth: 2, heads: 2, feed_forward_width: 32 }
              text: { vocabulary_size: 0, width: 24, depth: 2, heads: 3, feed_forward_width: 48, max_positions: 40 }
            model:
              image_size: 16
              vit: large
              train_vit: False
            """);
        await File.WriteAllLinesAsync(Path.Combine(tool.Folder, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "make", "it", "red"]);
    }

    private static void WritePicture(string path, byte shade)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var pixels = new byte[24 * 24 * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(shade + (i % 7));
        }

        MediaWriter.WritePng(path, new RgbFrame(24, 24, pixels));
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
