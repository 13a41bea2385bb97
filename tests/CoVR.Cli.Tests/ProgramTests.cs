using System.Diagnostics;

namespace CoVR.Cli.Tests;

/// <summary>The command as a process.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task Help_Asked_TellsWhatTheCommandIsFor()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, "--help"]) { RedirectStandardOutput = true })!;

        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("Composed image and video retrieval", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_InAFolderThatIsGone_SaysSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps the current folder of a process.");
        var assembly = Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll");
        var folder = Directory.CreateTempSubdirectory();
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "rmdir \"$PWD\" && exec dotnet \"$0\" search photos", assembly])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("error: The folder in which the command was started no longer exists", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }
}
