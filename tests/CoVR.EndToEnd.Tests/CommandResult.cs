using System.Diagnostics;

namespace CoVR.EndToEnd.Tests;

/// <summary>Runs a program to its end and keeps what it wrote.</summary>
public sealed record CommandResult(int ExitCode, string Output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program; standard output and error come back together.</summary>
    public static async Task<CommandResult> RunAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Prepare(start.Environment, environment);
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end within {Patience}.");
        }

        return new CommandResult(process.ExitCode, await output + await error);
    }

    /// <summary>This result, or a failure that shows what was written.</summary>
    public CommandResult Succeeded(string what)
    {
        Assert.True(ExitCode == 0, $"{what} ended with {ExitCode}:\n{Output}");
        return this;
    }

    private static void Prepare(IDictionary<string, string?> target, IReadOnlyDictionary<string, string?>? extra)
    {
        // What the running test host set for its own build must not steer the new project's.
        foreach (var name in target.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            target.Remove(name);
        }

        target["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        target["DOTNET_NOLOGO"] = "1";
        target["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in extra ?? new Dictionary<string, string?>())
        {
            target[name] = value;
        }
    }
}
