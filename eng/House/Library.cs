namespace House;

/// <summary>The measures of one project under src/, or of several together.</summary>
internal sealed record Library(string Name, IReadOnlyList<SourceFile> Files, int SurfaceLines)
{
    public IReadOnlyList<Method> Methods { get; } = [.. Files.SelectMany(file => file.Methods)];

    public int PublicTypes { get; } = Files.SelectMany(file => file.PublicTypes).Distinct().Count();

    public int NestedPublicTypes { get; } = Files.SelectMany(file => file.NestedPublicTypes).Distinct().Count();

    public IEnumerable<SourceFile> ShortFiles => Files.Where(file => file.CodeLines < Limits.ShortFile);

    public double Documented => Files.Sum(file => file.PublicMembers) is > 0 and var members ? 100.0 * Files.Sum(file => file.DocumentedMembers) / members : 100;

    public static Library Read(string folder)
    {
        var surface = Path.Combine(folder, "PublicAPI.Unshipped.txt");
        return new Library(
            Path.GetFileName(folder),
            [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !IsBuilt(Path.GetRelativePath(folder, file))).Order(StringComparer.Ordinal).Select(SourceFile.Read)],
            File.Exists(surface) ? File.ReadLines(surface).Count(line => line.Length > 0 && line[0] != '#') : 0);
    }

    public static Library Sum(string name, IReadOnlyCollection<Library> parts) =>
        new(name, [.. parts.SelectMany(part => part.Files)], parts.Sum(part => part.SurfaceLines));

    private static bool IsBuilt(string path) => path.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj";
}

/// <summary>The house limits, as CONTRIBUTING.md states them.</summary>
internal static class Limits
{
    public const int ShortFile = 7;
    public const int ShortFiles = 20;
    public const double FileMedian = 70;
    public const double MethodMedian = 6;
    public const double MethodP90 = 20;
    public const int PublicTypes = 170;

    /// <summary>The projects that the limit of public types counts.</summary>
    public static readonly string[] Counted =
        ["CoVR.Abstractions", "CoVR.Modeling", "CoVR.Media", "CoVR", "CoVR.Blip", "CoVR.Blip2", "CoVR.Losses", "CoVR.Datasets", "CoVR.Training"];
}
