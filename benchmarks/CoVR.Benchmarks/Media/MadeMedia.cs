using System.Diagnostics;
using CoVR.Media;

namespace CoVR.Benchmarks.Media;

/// <summary>Clips of 10 seconds by ffmpeg and JPEG files, in a temporary folder that goes with the object.</summary>
internal sealed class MadeMedia : IDisposable
{
    /// <summary>The frames that the benchmark reads of 250: the middles of 15 equal parts.</summary>
    private static readonly int[] Wanted = [.. Enumerable.Range(0, 15).Select(part => (First: part * 250 / 15, After: (part + 1) * 250 / 15)).Select(part => part.First + ((part.After - 1 - part.First) / 2))];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("covr-media-");

    public MadeMedia()
    {
        foreach (var (kind, source) in new[] { ("simple", "testsrc2=size=596x336:rate=25:duration=10"), ("detailed", "mandelbrot=size=596x336:rate=25") })
        {
            foreach (var (name, distance) in new[] { ("all key frames", 1), ("a key frame in 12", 12), ("one key frame", 250) })
            {
                Clips.Add(($"H.264, {name}, {kind}", Make($"{kind}-{distance}.mp4", source, ["-c:v", "libx264", "-g", $"{distance}", "-keyint_min", $"{distance}", "-sc_threshold", "0"])));
            }

            Clips.Add(($"VP9 in WebM, {kind}", Make($"{kind}.webm", source, ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "800k"])));
        }

        foreach (var (width, height) in new[] { (640, 480), (1920, 1080), (4000, 3000) })
        {
            var path = Path.Combine(_folder.FullName, $"{width}.jpg");
            File.WriteAllBytes(path, MediaWriter.EncodeJpeg(Picture(width, height), 90));
            Pictures.Add(($"JPEG {width} x {height}", path));
        }
    }

    public List<(string Name, string Path)> Clips { get; } = [];

    public List<(string Name, string Path)> Pictures { get; } = [];

    /// <summary>What no reader by ffmpeg can go below: one process with our filters, whose output is thrown away.</summary>
    /// <returns>No frames.</returns>
    public static async Task<IReadOnlyList<RgbFrame>> DecodeAsync(string clip)
    {
        var choice = string.Join('+', Wanted.Select(frame => $"eq(n\\,{frame})"));
        await RunAsync(
            ["-threads", "1", "-i", clip, "-map", "0:v:0", "-vf", $"select='{choice}',scale=in_color_matrix=bt601:flags=bicubic,format=rgb24", "-fps_mode", "passthrough", "-f", "rawvideo", "-"]);
        return [];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Make(string name, string source, string[] encoder)
    {
        var path = Path.Combine(_folder.FullName, name);
        RunAsync(["-y", "-f", "lavfi", "-i", source, "-t", "10", "-pix_fmt", "yuv420p", .. encoder, path]).GetAwaiter().GetResult();
        return path;
    }

    private static async Task RunAsync(IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", .. arguments]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ffmpeg ended with exit code {process.ExitCode}.");
        }
    }

    private static RgbFrame Picture(int width, int height)
    {
        var (random, rgb) = (new Random(1), new byte[width * height * 3]);
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)(100 + (60 * Math.Sin(i / 3 % width * 0.02)) + random.Next(16));
        }

        return new RgbFrame(width, height, rgb);
    }
}
