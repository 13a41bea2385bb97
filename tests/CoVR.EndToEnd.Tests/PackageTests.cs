using System.IO.Compression;
using System.Xml.Linq;
using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>What is inside the packages.</summary>
/// <param name="feed">The packages.</param>
public sealed class PackageTests(PackageFeed feed)
{
    [Fact]
    public async Task Packages_OfTheSolution_HaveReadmeIconLicenceAndRepository()
    {
        await feed.PackLibrariesAsync();

        foreach (var path in Directory.EnumerateFiles(feed.Folder, $"*.{feed.Version}.nupkg"))
        {
            await using var package = await ZipFile.OpenReadAsync(path, TestContext.Current.CancellationToken);
            var nuspec = XDocument.Load(package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
            string Value(string name) => nuspec.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value ?? "";

            Assert.True(
                (Value("license"), Value("readme"), Value("icon")) == ("MIT", "README.md", "icon.png") && Value("description").Length > 20,
                $"{Path.GetFileName(path)}: {Value("license")}, {Value("readme")}, {Value("icon")}, {Value("description")}");
            Assert.Contains(package.Entries, entry => entry.FullName == "icon.png");
        }
    }

    [Fact]
    public async Task Libraries_OfTheSolution_HaveSymbols()
    {
        await feed.PackLibrariesAsync();

        Assert.Equal(
            feed.Packages.Where(name => name is not "CoVR.Templates" && !name.StartsWith("CoVR.Cli", StringComparison.Ordinal)),
            Directory.EnumerateFiles(feed.Folder, $"*.{feed.Version}.snupkg").Select(path => Path.GetFileName(path).Replace($".{feed.Version}.snupkg", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Pack_Twice_GivesTheSameBytes()
    {
        await feed.PackLibrariesAsync();
        using var folder = new TemporaryFolder();

        // Packed again from the same build, a while later.
        (await CommandResult.RunAsync(
            "dotnet", ["pack", "src/CoVR.Losses", "-c", PackageFeed.Configuration, "--no-build", "--nologo", $"-p:PackageVersion={feed.Version}", "-o", folder.FullName], TestFolders.Repository)).Succeeded("dotnet pack");

        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(feed.Folder, $"CoVR.Losses.{feed.Version}.nupkg"), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(folder[$"CoVR.Losses.{feed.Version}.nupkg"], TestContext.Current.CancellationToken));
    }
}
