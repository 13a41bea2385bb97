using CoVR.Cli.Hosting;
using CoVR.TestSupport;
using Spectre.Console.Testing;

namespace CoVR.Cli.Tests;

/// <summary>Runs command lines in this process, in a folder of their own, and keeps what they wrote.</summary>
internal sealed class CommandRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TimeProvider? _clock;

    /// <summary>Makes an empty folder.</summary>
    public CommandRun(TimeProvider? clock = null) => _clock = clock;

    /// <summary>The folder in which commands are started.</summary>
    public string Folder => _folder.FullName;

    /// <summary>How wide the terminal is.</summary>
    public int Width { get; init; } = 1000;

    /// <summary>What the last command wrote to standard output.</summary>
    public string Output { get; private set; } = "";

    /// <summary>What the last command wrote to standard error.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The path of a file or folder inside.</summary>
    public string this[params string[] parts] => _folder[parts];

    /// <summary>Runs a command line and gives its exit code.</summary>
    public async Task<int> RunAsync(string[] args, CancellationToken? cancellationToken = null, TimeProvider? clock = null)
    {
        using var console = new TestConsole().Width(Width);
        await using var error = new StringWriter();
        var host = new CommandHost(console, error, Folder, clock: clock ?? _clock);
        var code = await host.RunAsync(args, cancellationToken ?? TestContext.Current.CancellationToken);
        (Output, Error) = (console.Output, error.ToString());
        return code;
    }

    /// <summary>Runs a command line that must succeed, and gives what it wrote to standard output.</summary>
    public async Task<string> SucceedAsync(params string[] args)
    {
        var code = await RunAsync(args);
        Assert.True(code == 0, $"covr {string.Join(' ', args)} ended with {code}:\n{Output}\n{Error}");
        return Output;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
