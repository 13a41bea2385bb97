using System.Text.Json;
using System.Text.RegularExpressions;
using CoVR.TestSupport;

namespace CoVR.Architecture.Tests.Documents;

/// <summary>Every package that a library brings along is named in THIRD-PARTY-NOTICES.md.</summary>
public sealed partial class NoticeTests
{
    public static TheoryData<string> Libraries => [.. SourceProject.Libraries.Keys.Append("CoVR.Cli")];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Packages_OfALibrary_AreInTheNotices(string library)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestFolders.Repository, "src", library, "obj", "project.assets.json")));
        // The packages that reach an application: those with something to compile against, to run or to copy.
        var packages = assets.RootElement.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject()
            .Where(package => package.Value.GetProperty("type").GetString() == "package" && Ships(package.Value))
            .Select(package => package.Name.Split('/')[0])
            .ToList();

        Assert.DoesNotContain(packages, package => !Named.Any(name => Covers(name, package)));
    }

    private static IReadOnlyList<string> Named { get; } = [.. Row().Matches(DocumentFiles.Read("THIRD-PARTY-NOTICES.md"))
        .SelectMany(match => Remark().Replace(match.Groups[1].Value, "").Split(',', StringSplitOptions.TrimEntries))];

    private static bool Covers(string name, string package) =>
        name.EndsWith('*') ? package.StartsWith(name[..^1], StringComparison.OrdinalIgnoreCase) : package.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool Ships(JsonElement package) => new[] { "runtime", "runtimeTargets", "native", "resource" }.Any(kind => package.TryGetProperty(kind, out var files) && files.EnumerateObject().Any(file => !file.Name.EndsWith("_._", StringComparison.Ordinal)));

    [GeneratedRegex(@"^\| ([A-Za-z][^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Remark();
}
