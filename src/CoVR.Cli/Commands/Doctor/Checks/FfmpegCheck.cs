using System.ComponentModel;
using System.Diagnostics;
using CoVR.Media;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>ffmpeg and ffprobe: installed, and able to write and read a clip of known colours.</summary>
internal sealed class FfmpegCheck(IFrameReader frames, MediaOptions options) : IDoctorCheck
{
    private const int Side = 32;
    private const string Install = "Install ffmpeg (Debian and Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg), or set its path in MediaOptions.";

    public string Name => "ffmpeg";

    public async ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        if (!context.Request.Machine)
        {
            return;
        }

        var severity = await NeedsVideosAsync(context, cancellationToken) ? Severity.Fault : Severity.Warning;
        List<string> versions = [];
        foreach (var program in new[] { options.FfmpegPath, options.FfprobePath })
        {
            if (await VersionAsync(program, cancellationToken) is not { } version)
            {
                context.Report(new Finding(severity, FindingKinds.Program, $"the program '{program}' cannot be started: videos cannot be read.") { File = program, Fix = Install });
                return;
            }

            versions.Add(version);
        }

        context.Report(await TryClipAsync(cancellationToken) is { } fault
            ? new Finding(severity, FindingKinds.Program, fault) { File = options.FfmpegPath, Fix = Install }
            : new Finding(Severity.Note, FindingKinds.Program, $"{string.Join(", ", versions)} read videos (MP4, MOV, MKV, WebM, AVI, MPEG, transport streams, WMV, FLV, OGG, …) and animated GIF; a test clip is written and read back with its colours"));
    }

    private static async ValueTask<bool> NeedsVideosAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        foreach (var dataset in context.Request.Datasets)
        {
            foreach (var split in await context.ReadAsync(dataset, cancellationToken))
            {
                if (split.Content.Dataset.Triplets.Any(triplet => MediaCheck.IsVideo(dataset.Reader.Locate(triplet.Reference))) || split.Content.Dataset.Candidates.Any(id => MediaCheck.IsVideo(dataset.Reader.Locate(id))))
                {
                    return true;
                }
            }
        }

        return context.Request.Datasets.Count == 0;
    }

    private static async Task<string?> VersionAsync(string program, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["-hide_banner", "-version"]) { RedirectStandardOutput = true, RedirectStandardError = true, CreateNoWindow = true })!;
            _ = process.StandardError.ReadToEndAsync(cancellationToken);
            var answer = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var words = answer.Split('\n')[0].Split(' ');
            return process.ExitCode != 0 ? null : words.Length > 2 ? $"{words[0]} {words[2]}" : Path.GetFileName(program);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Writes three frames, red, green and blue, and reads them.</summary>
    private async Task<string?> TryClipAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("covr-doctor-").FullName;
        try
        {
            var clip = Path.Combine(folder, "clip.mp4");
            await MediaWriter.WriteMp4Async(clip, [Paint(0), Paint(1), Paint(2)], 5, options, cancellationToken);
            var read = await frames.ReadAsync(MediaSource.FromFile(clip), AllFrames.Instance, cancellationToken);
            var channel = options.BgrVideos ? 2 : 0;
            return read.Count == 3 && Strongest(read[0]) == channel && Strongest(read[1]) == 1 && Strongest(read[2]) == 2 - channel
                ? null
                : "ffmpeg reads a clip of a red, a green and a blue frame with other frames or colours.";
        }
        catch (MediaReadException fault)
        {
            return $"ffmpeg cannot write and read a clip: {fault.Reason}";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static RgbFrame Paint(int channel)
    {
        var pixels = new byte[Side * Side * 3];
        for (var i = channel; i < pixels.Length; i += 3)
        {
            pixels[i] = byte.MaxValue;
        }

        return new RgbFrame(Side, Side, pixels);
    }

    private static int Strongest(RgbFrame frame)
    {
        var middle = ((frame.Height / 2 * frame.Width) + (frame.Width / 2)) * 3;
        ReadOnlySpan<byte> pixel = frame.Rgb.Span.Slice(middle, 3);
        return pixel[0] > pixel[1] && pixel[0] > pixel[2] ? 0 : pixel[1] > pixel[2] ? 1 : 2;
    }

    private sealed class AllFrames : IFrameSampler
    {
        public static AllFrames Instance { get; } = new();

        public IReadOnlyList<int> Select(int frameCount) => [.. Enumerable.Range(0, frameCount)];
    }
}
