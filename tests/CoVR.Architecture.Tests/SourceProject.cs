using System.Reflection;
using System.Xml.Linq;
using CoVR.TestSupport;

namespace CoVR.Architecture.Tests;

/// <summary>A project file of this repository and what it refers to.</summary>
public sealed record SourceProject(string Name, string File, IReadOnlyList<string> Projects, IReadOnlyList<string> Packages)
{
    /// <summary>The libraries, by name: all of src but the command, which may use everything.</summary>
    public static IReadOnlyDictionary<string, SourceProject> Libraries { get; } =
        In("src").Where(project => project.Name != "CoVR.Cli").ToDictionary(project => project.Name);

    /// <summary>The compiled library.</summary>
    public Assembly Assembly => Assembly.Load(Name);

    /// <summary>The projects below a folder of the repository; empty where there is no such folder.</summary>
    public static IReadOnlyList<SourceProject> In(string folder)
    {
        var root = Path.Combine(TestFolders.Repository, folder);
        return Directory.Exists(root)
            ? [.. Directory.EnumerateFiles(root, "*.csproj", SearchOption.AllDirectories).Where(file => !IsBuilt(Path.GetRelativePath(root, file))).Order(StringComparer.Ordinal).Select(Read)]
            : [];
    }

    // BenchmarkDotNet makes projects in the output of another.
    private static bool IsBuilt(string path) => path.Split(Path.DirectorySeparatorChar) is [_, "bin" or "obj", ..];

    /// <summary>The assemblies that its own project file opens internals to.</summary>
    public IReadOnlyList<string> Friends => [.. Includes(XDocument.Load(File).Root!, "InternalsVisibleTo")];

    /// <summary>Source files of other projects that it compiles.</summary>
    public IReadOnlyList<string> ForeignSources =>
        [.. Includes(XDocument.Load(File).Root!, "Compile").Where(path => path.Replace('\\', '/').StartsWith("../", StringComparison.Ordinal))];

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static SourceProject Read(string file)
    {
        var root = XDocument.Load(file).Root!;
        return new SourceProject(
            Path.GetFileNameWithoutExtension(file),
            file,
            [.. Includes(root, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))],
            [.. Includes(root, "PackageReference")]);
    }

    private static IEnumerable<string> Includes(XElement root, string item) =>
        root.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
