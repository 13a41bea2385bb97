using System.Text.RegularExpressions;
using CoVR.TestSupport;

namespace CoVR.Architecture.Tests;

/// <summary>Links between the documents.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] Folders = ["", "docs", "docs/decisions", "docs/how-to", "samples"];

    [Fact]
    public void Links_OfDocuments_LeadToFilesAndHeadings()
    {
        var documents = Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(TestFolders.Repository, folder), "*.md", folder == "samples" ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly));

        var broken = documents.SelectMany(document => Links(document).Where(link => !Leads(document, link)).Select(link => $"{Path.GetRelativePath(TestFolders.Repository, document)}: {link}")).ToList();

        Assert.Empty(broken);
    }

    private static IEnumerable<string> Links(string document) => LinkPattern().Matches(WithoutCode(File.ReadAllText(document)))
        .Select(match => match.Groups[1].Value)
        .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal));

    private static bool Leads(string document, string link)
    {
        var (path, heading) = link.Split('#') is [var file, var anchor] ? (file, anchor) : (link, null);
        var target = path.Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, path));
        return (File.Exists(target) || Directory.Exists(target)) && (heading is null || Headings(target).Contains(heading));
    }

    private static IEnumerable<string> Headings(string document) => HeadingPattern().Matches(File.ReadAllText(document))
        .Select(match => OtherPattern().Replace(match.Groups[1].Value.Trim().ToLowerInvariant().Replace("`", "", StringComparison.Ordinal), "").Replace(' ', '-'));

    private static string WithoutCode(string text) => CodePattern().Replace(text, "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex OtherPattern();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]+`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodePattern();
}
