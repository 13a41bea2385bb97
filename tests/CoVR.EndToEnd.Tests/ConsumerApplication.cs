using System.Globalization;
using System.Reflection;
using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>
/// The packages of this repository in a folder feed, and a console application in an empty folder that takes them from
/// there. The machine's package cache is read but not written.
/// </summary>
public sealed class ConsumerApplication : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _version = $"0.1.0-e2e.{DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture)}";
    private Dictionary<string, string?> _environment = [];

    /// <summary>The packages that were made.</summary>
    public IReadOnlyList<string> Packages => [.. Directory.EnumerateFiles(_folder["feed"], "*.nupkg").Select(path => Path.GetFileName(path)!.Replace($".{_version}.nupkg", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The application's folder.</summary>
    public string Folder => _folder["app"];

    /// <summary>The folder of native libraries in the built application.</summary>
    public string NativeFolder => Path.Combine(Folder, "out", "runtimes", "linux-x64", "native");

    private static string Configuration => typeof(ConsumerApplication).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string NativePackage =>
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64" : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        (await CommandResult.RunAsync(
            "dotnet", ["pack", "CoVR.sln", "--no-build", "-c", Configuration, $"-p:PackageVersion={_version}", "-o", _folder["feed"], "--nologo"], TestFolders.Repository))
            .Succeeded("dotnet pack");

        var cache = (await CommandResult.RunAsync("dotnet", ["nuget", "locals", "global-packages", "--list", "--force-english-output"], _folder.FullName))
            .Succeeded("dotnet nuget locals").Output.Split("global-packages:")[1].Trim();
        _environment = new() { ["NUGET_PACKAGES"] = _folder["packages"] };
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "nuget.config"), Settings(_folder["feed"], cache));
        await CreateAsync();
    }

    /// <summary>Runs the built application.</summary>
    public Task<CommandResult> RunAsync(string output = "out", params string[] arguments) =>
        CommandResult.RunAsync("dotnet", [Path.Combine(Folder, output, "app.dll"), .. arguments], Folder);

    /// <summary>Builds the application with its native files beside it, as for one platform.</summary>
    public async Task BuildForPlatformAsync(string output) =>
        (await DotnetAsync("build", "-r", "linux-x64", "--no-self-contained", "-o", output, "--nologo")).Succeeded("dotnet build -r");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task CreateAsync()
    {
        (await DotnetAsync("new", "console", "--name", "app", "--output", ".", "--no-restore")).Succeeded("dotnet new console");
        (await DotnetAsync("add", "package", "CoVR.Blip", "--version", _version)).Succeeded("dotnet add package CoVR.Blip");
        (await DotnetAsync("add", "package", NativePackage, "--version", "2.10.0")).Succeeded($"dotnet add package {NativePackage}");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Consumer")))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        }

        (await DotnetAsync("build", "-o", "out", "--nologo")).Succeeded("dotnet build");
    }

    private Task<CommandResult> DotnetAsync(params string[] arguments) => CommandResult.RunAsync("dotnet", arguments, Folder, _environment);

    private static string Settings(string feed, string cache) => $"""
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <packageSources>
            <add key="feed" value="{feed}" />
          </packageSources>
          <fallbackPackageFolders>
            <add key="shared" value="{cache}" />
          </fallbackPackageFolders>
        </configuration>
        """;
}
