using CoVR.TestSupport;

namespace CoVR.Architecture.Tests.Documents;

/// <summary>The files that people read.</summary>
internal static class DocumentFiles
{
    /// <summary>Every document, as a path in the repository.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. new[] { "README.md", "CONTRIBUTING.md", "SECURITY.md" },
        .. In("docs", "*.md").Where(path => !path.StartsWith("docs/api/", StringComparison.Ordinal)),
        .. In("samples", "*.md"),
        .. In("templates", "*.md"),
    ];

    /// <summary>The files of a folder and those below it that builds did not write.</summary>
    public static IEnumerable<string> In(string folder, string pattern) => Directory.EnumerateFiles(Path.Combine(TestFolders.Repository, folder), pattern, SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(TestFolders.Repository, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    /// <summary>The text of a file.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(TestFolders.Repository, path));
}
