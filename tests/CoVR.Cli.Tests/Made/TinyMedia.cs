using CoVR.Media;

namespace CoVR.Cli.Tests.Made;

/// <summary>Small pictures and clips, each of its own colours.</summary>
internal static class TinyMedia
{
    private const int Side = 24;

    /// <summary>Writes a PNG file.</summary>
    public static void Picture(string path, int number)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        MediaWriter.WritePng(path, Paint(number, 0));
    }

    /// <summary>Writes an MP4 file of a few frames.</summary>
    public static async Task ClipAsync(string path, int number, int frames = 6)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await MediaWriter.WriteMp4Async(path, [.. Enumerable.Range(0, frames).Select(frame => Paint(number, frame))], 8, cancellationToken: TestContext.Current.CancellationToken);
    }

    // A bar that wanders across a background.
    private static RgbFrame Paint(int number, int shift)
    {
        var random = new Random(number);
        var (back, bar) = (new byte[3], new byte[3]);
        random.NextBytes(back);
        random.NextBytes(bar);
        var start = random.Next(Side / 2) + shift;
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < Side * Side; i++)
        {
            (i % Side >= start && i % Side < start + 8 ? bar : back).CopyTo(pixels, i * 3);
        }

        return new RgbFrame(Side, Side, pixels);
    }
}
