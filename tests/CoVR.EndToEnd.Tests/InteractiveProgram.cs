using System.Collections.Concurrent;
using System.Diagnostics;

namespace CoVR.EndToEnd.Tests;

/// <summary>A program that runs on while a test talks with it.</summary>
internal sealed class InteractiveProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _all = new();
    private readonly BlockingCollection<string?> _lines = [];

    public InteractiveProgram(IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => _all.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>All that was written so far.</summary>
    public string Output => string.Join('\n', _all);

    /// <summary>Waits for a line of standard output that holds a text.</summary>
    public async Task<string> WaitForAsync(string text) => await Task.Run(() =>
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            while (_lines.Take(patience.Token) is { } line)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It runs on without the text.
        }

        throw new InvalidOperationException($"The program did not say '{text}':\n{Output}");
    });

    public void Say(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Asks the program to end, as a supervisor does.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _lines.Dispose();
    }

    private void Hear(string? line)
    {
        _all.Enqueue(line ?? "");
        _lines.Add(line);
    }
}
