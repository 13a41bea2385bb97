using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CoVR.Cli.Tests.Made;

namespace CoVR.Cli.Tests.Hosting;

/// <summary>Real processes end soon after a signal, whatever they are waiting for.</summary>
public sealed class StopSignalsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly CommandRun _run = new();

    /// <summary>Takes connections and never answers.</summary>
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);

    private string SilentProxy => $"http://{_silent.LocalEndpoint}";

    public StopSignalsTests() => _silent.Start();

    public static TheoryData<string, int, string> Commands => new()
    {
        { "INT", 130, "search photos --text red --model tiny-blip --checkpoint tiny --vocabulary pipe" },
        { "TERM", 143, "search photos --text red --model tiny-blip --checkpoint tiny --vocabulary pipe" },
        { "TERM", 143, "embed images --image_dir photos --model tiny-blip --checkpoint tiny --vocabulary pipe" },
        { "INT", 130, "embed texts pipe out --model tiny-blip --checkpoint tiny" },
        { "TERM", 143, "convert pipe out.pth" },
        { "INT", 130, "demo --output demo" },
        { "INT", 130, "train trainer=cpu model=tiny-blip model/ckpt=tiny" },
        { "INT", 130, "train -m seed=1,2 trainer=cpu model=tiny-blip model/ckpt=tiny" },
        { "TERM", 143, "test trainer=cpu model=tiny-blip model/ckpt=tiny test=webvid-covr" },
        { "TERM", 143, "doctor --no-machine --data webvid-covr --annotations annotation/webvid-covr --media photos" },
        { "INT", 130, "download annotations webvid-covr" },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Signal_WhileACommandWaits_EndsItWithinTwoSeconds(string signal, int code, string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among files.");
        MakeFolder();

        // A shell's background jobs ignore SIGINT, and so would the command.
        string[] program = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        using var process = Process.Start(new ProcessStartInfo(program[0], [.. program[1..], Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll"), .. command.Split(' ')])
        {
            WorkingDirectory = _run.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HTTP_PROXY"] = SilentProxy, ["HTTPS_PROXY"] = SilentProxy, ["NO_PROXY"] = "" },
        })!;
        _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await ReadyAsync(process);
            Send(signal, process.Id);
            var clock = Stopwatch.StartNew();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

            Assert.Equal(code, process.ExitCode);
            Assert.Contains("Stopped. ", await error, StringComparison.Ordinal);
            Assert.True(clock.Elapsed < Limit + TimeSpan.FromSeconds(1), $"ended after {clock.Elapsed}"); // a second for a busy machine
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    public void Dispose()
    {
        _silent.Dispose();
        _run.Dispose();
    }

    // The runtime has started when the process has loaded the library that commands are parsed with.
    private static async Task ReadyAsync(Process process)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists($"/proc/{process.Id}/maps") || !(await File.ReadAllTextAsync($"/proc/{process.Id}/maps")).Contains("CoVR.Datasets.dll", StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60) && !process.HasExited, "the command did not start");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private void MakeFolder()
    {
        TinyModel.WriteTo(_run);
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        File.CreateSymbolicLink(_run["photos", "self"], ".");
        Run("mkfifo", _run["pipe"]);
        Run("mkfifo", _run["photos", "p.jpg"]);
        Directory.CreateDirectory(_run["annotation", "webvid-covr"]);
        foreach (var table in new[] { "webvid2m-covr_train.csv", "webvid8m-covr_val.csv", "webvid8m-covr_test.csv" })
        {
            Run("mkfifo", _run["annotation", "webvid-covr", table]);
        }
    }

    private static void Send(string signal, int process) => Run("kill", $"-{signal}", $"{process}");

    private static void Run(string program, params string[] arguments) => Process.Start(program, arguments).WaitForExit();
}
