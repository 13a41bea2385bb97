using System.Globalization;
using System.Reflection;
using CoVR.TestSupport;

[assembly: AssemblyFixture(typeof(CoVR.EndToEnd.Tests.PackageFeed))]

namespace CoVR.EndToEnd.Tests;

/// <summary>
/// The packages of this repository in a folder feed, made when they are first asked for. The machine's package cache is read but not written.
/// </summary>
public sealed class PackageFeed : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _turn = new(1);
    private bool _libraries;
    private bool _tool;

    /// <summary>The version of all packages.</summary>
    public string Version { get; } = $"0.1.0-e2e.{DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The feed.</summary>
    public string Folder => _folder["feed"];

    /// <summary>What packages are unpacked into.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?> { ["NUGET_PACKAGES"] = _folder["packages"] };

    /// <summary>The names of the packages that are there.</summary>
    public IReadOnlyList<string> Packages =>
        [.. Directory.EnumerateFiles(Folder, "*.nupkg").Select(path => Path.GetFileName(path)!.Replace($".{Version}.nupkg", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>What is built: Release or Debug.</summary>
    public static string Configuration => typeof(PackageFeed).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>Packs the libraries, which are built already.</summary>
    public Task PackLibrariesAsync() => OnceAsync(() => _libraries, async () =>
    {
        await PackAsync("CoVR.sln", "--no-build");
        _libraries = true;
    });

    /// <summary>Packs the tool for this platform.</summary>
    public Task PackToolAsync() => OnceAsync(() => _tool, async () =>
    {
        // Restored and checked with the solution already; it is only compiled once more, for its platform.
        await PackAsync(Path.Combine("src", "CoVR.Cli"), "--no-restore", "-p:RunAnalyzers=false");
        _tool = true;
    });

    /// <summary>Writes a nuget.config into a folder: this feed, and the machine's cache to fall back on.</summary>
    public async Task ConfigureAsync(string folder)
    {
        var cache = (await CommandResult.RunAsync("dotnet", ["nuget", "locals", "global-packages", "--list", "--force-english-output"], folder))
            .Succeeded("dotnet nuget locals").Output.Split("global-packages:")[1].Trim();
        await File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"), $"""
            <?xml version="1.0" encoding="utf-8"?>
            <configuration>
              <packageSources>
                <clear />
                <add key="feed" value="{Folder}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="shared" value="{cache}" />
              </fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _turn.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task PackAsync(string what, params string[] more) => (await CommandResult.RunAsync(
        "dotnet", ["pack", what, .. more, "-c", Configuration, $"-p:PackageVersion={Version}", "-o", Folder, "--nologo"], TestFolders.Repository)).Succeeded($"dotnet pack {what}");

    private async Task OnceAsync(Func<bool> done, Func<Task> work)
    {
        await _turn.WaitAsync();
        try
        {
            if (!done())
            {
                await work();
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
