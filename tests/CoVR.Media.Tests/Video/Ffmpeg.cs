using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CoVR.Media.Tests.Video;

/// <summary>Makes the odd files that tests read; fails where ffmpeg is not installed.</summary>
internal static class Ffmpeg
{
    /// <summary>Runs ffmpeg.</summary>
    internal static async Task RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, errors);
    }

    /// <summary>What a video of counting pictures holds: the numbers of all frames that ffmpeg decodes, in order.</summary>
    internal static async Task<int[]> DecodeAsync(string path)
    {
        const int Side = 16;
        var grey = await AnswerAsync("ffmpeg", "-v", "quiet", "-i", path, "-fps_mode", "passthrough", "-vf", $"scale={Side}:{Side}:out_range=pc,format=gray", "-f", "rawvideo", "-");
        return [.. grey.Chunk(Side * Side).Select(frame => Pictures.NumberOf(frame.Average(value => value)))];
    }

    /// <summary>How many packets the first video stream has.</summary>
    internal static async Task<int> PacketsAsync(string path) => int.Parse(
        Encoding.ASCII.GetString(await AnswerAsync(
            "ffprobe", "-v", "quiet", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "default=nw=1:nk=1", path)).Split('\n')[0],
        CultureInfo.InvariantCulture);

    private static async Task<byte[]> AnswerAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        using var answer = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return answer.ToArray();
    }

    /// <summary>Writes a shell script that stands in for ffmpeg or ffprobe.</summary>
    internal static string Script(string path, string body)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "stand-in programs are shell scripts");
        // A shell writes it: written here, it could be open for writing in a process that another test starts just now, and could not be started ("text file busy").
        using var process = Process.Start("/bin/sh", ["-c", "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 700 \"$1\"", "sh", path, body]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return path;
    }
}
