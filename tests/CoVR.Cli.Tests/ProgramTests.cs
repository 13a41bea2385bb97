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
}
