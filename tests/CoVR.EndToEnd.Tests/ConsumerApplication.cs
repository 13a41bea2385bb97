using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>A console application in an empty folder that takes the packages of this repository from a folder feed.</summary>
/// <param name="feed">The packages.</param>
public sealed class ConsumerApplication(PackageFeed feed) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The libraries that were packed.</summary>
    public IReadOnlyList<string> Packages { get; private set; } = [];

    /// <summary>The application's folder.</summary>
    public string Folder => _folder["app"];

    /// <summary>The folder of native libraries in the built application.</summary>
    public string NativeFolder => Path.Combine(Folder, "out", "runtimes", "linux-x64", "native");

    private static string NativePackage =>
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64" : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await feed.PackLibrariesAsync();
        Packages = [.. feed.Packages.Where(name => !name.StartsWith("CoVR.Cli", StringComparison.Ordinal))];
        Directory.CreateDirectory(Folder);
        await feed.ConfigureAsync(Folder);
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
        (await DotnetAsync("add", "package", "CoVR.Blip", "--version", feed.Version)).Succeeded("dotnet add package CoVR.Blip");
        (await DotnetAsync("add", "package", NativePackage, "--version", "2.10.0")).Succeeded($"dotnet add package {NativePackage}");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Consumer")))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        }

        (await DotnetAsync("build", "-o", "out", "--nologo")).Succeeded("dotnet build");
    }

    private Task<CommandResult> DotnetAsync(params string[] arguments) => CommandResult.RunAsync("dotnet", arguments, Folder, feed.Environment);
}
