using System.Text.RegularExpressions;
using CoVR.TestSupport;

namespace CoVR.Architecture.Tests;

/// <summary>House rules that can be read off the files.</summary>
public sealed partial class SourceTextTests
{
    private const int LongestFile = 350;

    /// <summary>Hosts of package registries, in pieces so that this file does not name them.</summary>
    private static readonly string[] RegistryHosts =
        ["nuget." + "org", "pypi." + "org", "npmjs." + "org", "npmjs." + "com", "crates." + "io", "pkgs.dev." + "azure.com", "nuget.pkg." + "github.com"];

    private static readonly string[] TextExtensions =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".md", ".json", ".config", ".yml", ".yaml", ".sh", ".ps1", ".txt", ".html", ".editorconfig", ""];

    private static readonly string[] SkippedFolders = [".git", "bin", "obj", "artifacts", "golden", "feed", "TestResults"];

    private static readonly string[] Sources =
        [.. Files().Where(file => Path.GetExtension(file) == ".cs" && InFolder(file, "src"))];

    [Fact]
    public void Files_OfTheRepository_NameNoPackageRegistry()
    {
        var naming = Files().Where(file => TextExtensions.Contains(Path.GetExtension(file)))
            .Where(file => RegistryHosts.Any(File.ReadAllText(file).Contains));

        Assert.Empty(naming);
    }

    [Fact]
    public void Sources_OfLibraries_AreNotLongerThanAMirroredModel()
    {
        var tooLong = Sources.Select(file => (file, lines: File.ReadLines(file).Count())).Where(entry => entry.lines > LongestFile);

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Sources_OfLibraries_AreFinished()
    {
        var unfinished = Sources.Where(file => UnfinishedPattern().IsMatch(File.ReadAllText(file)));

        Assert.Empty(unfinished);
    }

    [Fact]
    public void Sources_OfLibraries_HaveNoRegionsAndNoDrawerNames()
    {
        var drawers = Sources.Where(file => DrawerPattern().IsMatch(Path.GetFileNameWithoutExtension(file)) || File.ReadAllText(file).Contains("#region", StringComparison.Ordinal));

        Assert.Empty(drawers);
    }

    [Fact]
    public void Namespaces_OfSources_AreFileScoped()
    {
        var blocks = Sources.Where(file => BlockNamespacePattern().IsMatch(File.ReadAllText(file)));

        Assert.Empty(blocks);
    }

    [Fact]
    public void Namespaces_OfSourceFiles_FollowTheFolders()
    {
        var wrong = SourceProject.In("src").SelectMany(project =>
        {
            var folder = Path.GetDirectoryName(project.File)!;
            var root = project.Name == "CoVR.Abstractions" ? "CoVR" : project.Name;
            return Sources.Where(file => file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)).Select(file =>
            {
                var below = Path.GetRelativePath(folder, Path.GetDirectoryName(file)!);
                var expected = below == "." ? root : $"{root}.{below.Replace(Path.DirectorySeparatorChar, '.')}";
                var actual = NamespacePattern().Match(File.ReadAllText(file)) is { Success: true } match ? match.Groups[1].Value : expected;
                return (file, actual, expected);
            });
        }).Where(each => each.actual != each.expected && !each.actual.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));

        Assert.Empty(wrong);
    }

    [Fact]
    public void Sources_OfTheRepository_AreFound() => Assert.True(Sources.Length > 40, $"Only {Sources.Length} source files were found.");

    private static IEnumerable<string> Files() => Walk(new DirectoryInfo(TestFolders.Repository));

    private static IEnumerable<string> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Select(file => file.FullName)
            .Concat(folder.EnumerateDirectories().Where(child => !SkippedFolders.Contains(child.Name)).SelectMany(Walk));

    private static bool InFolder(string file, string folder) =>
        Path.GetRelativePath(TestFolders.Repository, file).StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    [GeneratedRegex(@"NotImplementedException|//\s*(TODO|FIXME|HACK)\b")]
    private static partial Regex UnfinishedPattern();

    [GeneratedRegex("(Utils?|Utilities|Helpers?|Manager)$")]
    private static partial Regex DrawerPattern();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespacePattern();

    [GeneratedRegex(@"^namespace [\w.]+\s*$|^namespace [\w.]+\s*\{", RegexOptions.Multiline)]
    private static partial Regex BlockNamespacePattern();
}
