using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace CoVR.TestSupport.Robustness;

/// <summary>The running test assembly in a process of its own: it runs a command of <c>Program.cs</c> and is told what to do by lines.</summary>
/// <remarks>Its standard input closes with this process, so that a child that waits for a line never outlives the tests.</remarks>
public sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    public ChildProcess(params string[] arguments)
    {
        // When the tests run through the dotnet host, it must be told the assembly.
        string[] host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Assembly.GetEntryAssembly()!.Location] : [];
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. host, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Sends a line.</summary>
    public async Task SendAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the next line; null when the process has ended. A failed process fails the test with what it wrote.</summary>
    public async Task<string?> ReadAsync()
    {
        if (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            return line;
        }

        await _process.WaitForExitAsync();
        var errors = await _errors;
        Assert.True(errors.Length == 0, errors);
        return null;
    }

    /// <summary>Sends a line and waits for the answer; null when the process has ended.</summary>
    public async Task<string?> AskAsync(string line)
    {
        await SendAsync(line);
        return await ReadAsync();
    }

    /// <summary>Ends the process at once (SIGKILL); what it has written can still be read.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
