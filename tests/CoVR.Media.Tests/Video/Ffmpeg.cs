using System.Diagnostics;

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
