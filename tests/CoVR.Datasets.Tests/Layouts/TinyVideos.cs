using System.Diagnostics;
using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Media;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Layouts;

/// <summary>WebVid-CoVR with real MP4 files: 6 videos of 6 frames and 5 rows with frame scores, in an order that is not the sorted one.</summary>
internal static class TinyVideos
{
    private const int Frames = 6;
    private const int Videos = 6;

    private static readonly Lazy<Task<byte[][]>> Encoded = new(EncodeAsync);

    /// <summary>Writes the data set; its splits are alike.</summary>
    public static async Task<WebVidCoVROptions> WriteAsync(string folder)
    {
        string[] names = [.. Enumerable.Range(0, Videos).Select(i => $"{i % 2:D5}/{40 - (7 * i)}")];
        var encoded = await Encoded.Value;
        for (var i = 0; i < names.Length; i++)
        {
            var path = Path.Combine(folder, "videos", names[i] + ".mp4");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, encoded[i], TestContext.Current.CancellationToken);
        }

        string[] captions = ["a red circle", "a blue circle", "a blue square", "a red square", "the red square", "the blue square"];
        List<string> rows = ["txt1,txt2,pth1,pth2,edit,scores,sim_txt,sim_vid"];
        for (var i = 0; i < 5; i++)
        {
            var scores = string.Join(", ", Enumerable.Range(0, Frames).Select(frame => (0.1 * ((frame + i) % 4)).ToString("0.0###", CultureInfo.InvariantCulture)));
            rows.Add($"{captions[i]},{captions[i + 1]},{names[i]},{names[i + 1]},\"{TinyLayouts.Edits[i]}\",\"[{scores}]\",0.9,0.8");
        }

        var file = Path.Combine(folder, "webvid.csv");
        await File.WriteAllLinesAsync(file, rows, TestContext.Current.CancellationToken);
        var options = new WebVidCoVROptions();
        foreach (var split in Enum.GetValues<DatasetSplit>())
        {
            options.AddSplit(split, file, Path.Combine(folder, "videos"));
        }

        return options;
    }

    /// <summary>Encodes each video once for all tests.</summary>
    private static async Task<byte[][]> EncodeAsync()
    {
        using var folder = new TemporaryFolder();
        var videos = new byte[Videos][];
        for (var i = 0; i < videos.Length; i++)
        {
            var path = folder[$"{i}.mp4"];
            await MediaWriter.WriteMp4Async(path, [.. Enumerable.Range(10 * i, Frames).Select(TinyPictures.Paint)], 8);
            videos[i] = await File.ReadAllBytesAsync(path);
        }

        return videos;
    }

    /// <summary>All frames of a file, as ffmpeg writes them.</summary>
    public static IReadOnlyList<RgbFrame> Read(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]) { RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(bytes);
        process.WaitForExit();
        return [.. bytes.ToArray().Chunk(TinyPictures.Side * TinyPictures.Side * 3).Select(frame => new RgbFrame(TinyPictures.Side, TinyPictures.Side, frame))];
    }
}
