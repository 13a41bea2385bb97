using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The command <c>covr</c>, installed from the feed into an empty folder.</summary>
/// <param name="feed">The packages.</param>
public sealed class InstalledTool(PackageFeed feed) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder in which commands are started.</summary>
    public string Folder => _folder["work"];

    /// <summary>The sizes of the packages of the tool, by name.</summary>
    public IReadOnlyDictionary<string, long> Packages => Directory.EnumerateFiles(feed.Folder, "CoVR.Cli*.nupkg")
        .ToDictionary(path => Path.GetFileName(path).Replace($".{feed.Version}.nupkg", "", StringComparison.Ordinal), path => new FileInfo(path).Length);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await feed.PackToolAsync();
        Directory.CreateDirectory(Folder);
        await feed.ConfigureAsync(Folder);
        (await CommandResult.RunAsync("dotnet", ["tool", "install", "CoVR.Cli", "--version", feed.Version, "--tool-path", _folder["tools"]], Folder, feed.Environment)).Succeeded("dotnet tool install");
    }

    /// <summary>Runs <c>covr</c>.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => CommandResult.RunAsync(Path.Combine(_folder["tools"], "covr"), arguments, Folder);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
