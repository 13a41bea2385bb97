using System.Diagnostics;
using CoVR.Modeling.Native;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace CoVR.Modeling.Tests.Native;

[Collection("torch")]
public sealed class NativeTorchTests
{
    [Fact]
    public void EnsureLoaded_CalledAgainFromManyThreads_LeavesTorchUsable()
    {
        Parallel.For(0, 16, _ => NativeTorch.EnsureLoaded());

        using var sum = torch.ones(3, 4).sum();

        Assert.Equal(12f, sum.item<float>());
    }

    [Fact]
    public void EnsureLoaded_ThrownNativeException_ArrivesAsManagedException()
    {
        using var left = torch.ones(2, 3);
        using var right = torch.ones(4, 5);

        Assert.ThrowsAny<Exception>(() => torch.mm(left, right));
    }

    [Fact]
    public void EnsureLoaded_OldLibstdcxx_SaysSoOnceToALogger()
    {
        var logger = new CollectingLogger();

        NativeTorch.EnsureLoaded(logger);
        NativeTorch.EnsureLoaded(logger);

        Assert.Equal(NativeTorch.IsPatched ? 1 : 0, logger.Messages.Count);
        Assert.All(logger.Messages, message => Assert.Contains(NativeTorch.BindingPath!, message, StringComparison.Ordinal));
    }

    [Fact]
    public void EnsureLoaded_TwoFreshProcesses_WorkAndLeaveNoCopies()
    {
        var before = NativeFiles();

        var first = Start();
        var second = Start();

        Assert.Equal(("6", "6"), (first, second));
        Assert.Equal(before, NativeFiles());
    }

    [Fact]
    public void EnsureLoaded_PatchForbiddenOnOldLibstdcxx_NamesTheRemedy()
    {
        if (!NativeTorch.IsPatched)
        {
            Assert.Skip("This system's libstdc++ is new enough; nothing is patched here.");
        }

        var output = Start("COVR_NATIVE_PATCH");

        Assert.Contains(nameof(NativeTorchException), output, StringComparison.Ordinal);
        Assert.Contains("GLIBCXX_3.4.32", output, StringComparison.Ordinal);
        Assert.Contains("COVR_NATIVE_PATCH", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc/self/fd/9: undefined symbol: _ZN5torch8autograd", "libtorch is not release 2.10.0")]
    [InlineData("libtorch_cpu.so: failed to map segment from shared object", "There is not enough memory")]
    [InlineData("libc10.so: cannot open shared object file: Cannot allocate memory", "There is not enough memory")]
    [InlineData("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found", "Install a newer libstdc++6")]
    public void ReasonOf_WhatTheLoaderSays_NamesTheCause(string message, string reason) =>
        Assert.Contains(reason, LinuxTorchLoader.ReasonOf(message), StringComparison.Ordinal);

    private static string Start(string? switchedOff = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[ChildProbe.Variable] = "1";
        if (switchedOff is not null)
        {
            start.Environment[switchedOff] = "0";
        }

        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(NativeTorchTests).Assembly.Location);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return output.Length > 0 ? output : error.Result;
    }

    private static string[] NativeFiles() =>
        [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "lib*torch*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private sealed class CollectingLogger : ILogger
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Add(formatter(state, exception));
    }
}
