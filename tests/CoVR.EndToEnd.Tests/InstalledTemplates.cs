using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The templates of <c>CoVR.Templates</c>, installed for a user of their own.</summary>
/// <param name="feed">The packages.</param>
public sealed class InstalledTemplates(PackageFeed feed) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await feed.PackLibrariesAsync();
        Directory.CreateDirectory(_folder["work"]);
        await feed.ConfigureAsync(_folder["work"]);
        (await DotnetAsync(_folder["work"], "new", "install", Path.Combine(feed.Folder, $"CoVR.Templates.{feed.Version}.nupkg"))).Succeeded("dotnet new install");
    }

    /// <summary>Makes a project of a template and builds it.</summary>
    /// <param name="name">The project's name.</param>
    /// <param name="built">What is built in it; empty for the folder itself.</param>
    /// <param name="template">The template and its options.</param>
    /// <returns>The folder of the project.</returns>
    public async Task<string> CreateAsync(string name, string built, params string[] template)
    {
        var folder = _folder["work", name];
        (await DotnetAsync(_folder["work"], ["new", .. template, "--output", name])).Succeeded($"dotnet new {template[0]}");
        (await DotnetAsync(Path.Combine(folder, built), "build", "--nologo", "-warnaserror", "-o", Path.Combine(folder, "out"))).Succeeded($"dotnet build of {string.Join(' ', template)}");
        return folder;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<CommandResult> DotnetAsync(string folder, params string[] arguments) =>
        CommandResult.RunAsync("dotnet", arguments, folder, new Dictionary<string, string?>(feed.Environment) { ["DOTNET_CLI_HOME"] = _folder["home"] });
}
