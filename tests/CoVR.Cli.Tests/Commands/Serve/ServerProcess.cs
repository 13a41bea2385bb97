using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CoVR.Cli.Tests.Commands.Serve;

/// <summary><c>covr serve</c> as a process, with the tiny model.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _error = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => _error.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public HttpClient Client { get; private set; } = null!;

    public Process Process => _process;

    public string Output => string.Join('\n', _output);

    public string Error => string.Join('\n', _error);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts a server and waits for its address.</summary>
    public static async Task<ServerProcess> StartAsync(string folder, params string[] arguments)
    {
        var server = Start(folder, ["serve", "--port", "0", "--model", "tiny-blip", "--checkpoint", "tiny", .. arguments]);
        server.Client = new HttpClient { BaseAddress = new Uri(await server._address.Task.WaitAsync(TimeSpan.FromMinutes(2), Stop)) };
        return server;
    }

    public static ServerProcess Start(string folder, string[] arguments)
    {
        // A shell's background jobs ignore SIGINT, and so would the command.
        string[] program = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        return new ServerProcess(Process.Start(new ProcessStartInfo(program[0], [.. program[1..], Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Reads the events of the index until a state passes.</summary>
    public async Task<JsonElement> WaitForAsync(Func<JsonElement, bool> passes)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        using var events = new StreamReader(await Client.GetStreamAsync("api/v1/index/events", patience.Token));
        while (await events.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && JsonDocument.Parse(line[5..]).RootElement is var state && passes(state))
            {
                return state;
            }
        }

        throw new InvalidOperationException($"The server ended:\n{Output}\n{Error}");
    }

    /// <summary>Waits until that many items can be found.</summary>
    public Task<JsonElement> WaitForItemsAsync(int count) => WaitForAsync(state => state.GetProperty("items").GetInt64() == count && state.GetProperty("state").GetString() == "ready");

    /// <summary>The identities of hits for a text.</summary>
    public async Task<string[]> SearchAsync(string text, int top = 500)
    {
        var answer = await (await Client.PostAsJsonAsync("api/v1/search", new { parts = new[] { new { text } }, top }, Stop)).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Stop);
        return [.. answer.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString()!)];
    }

    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

    /// <summary>Waits for the end of the process.</summary>
    /// <returns>The exit code, and how long that took.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> EndAsync()
    {
        var clock = Stopwatch.StartNew();
        await _process.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromMinutes(1), Stop);
        return (_process.ExitCode, clock.Elapsed);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        Client?.Dispose();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        _output.Enqueue(line ?? "");
        if (line is null)
        {
            _address.TrySetException(new InvalidOperationException($"The server ended:\n{Output}\n{Error}"));
        }
        else if (Address().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(match.Groups[1].Value);
        }
    }

    [GeneratedRegex(@"^Serving .* at (http://\S+/) ")]
    private static partial Regex Address();
}
