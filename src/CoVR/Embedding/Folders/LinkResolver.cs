namespace CoVR.Embedding.Folders;

/// <summary>Resolves symbolic links.</summary>
internal static class LinkResolver
{
    private const int MaxLinks = 40;

    /// <summary>The path with all links resolved; null if a link is broken or circular.</summary>
    public static string? RealPath(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(Parts(full, real).Reverse());
        var links = 0;
        while (rest.TryPop(out var name))
        {
            var next = Path.GetFullPath(Path.Combine(real, name));
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            real = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : real;
            foreach (var part in Parts(target, Path.GetPathRoot(target)!).Reverse())
            {
                rest.Push(part);
            }
        }

        return Path.Exists(real) ? real : null;
    }

    /// <summary>Whether a real path is a folder or lies in it.</summary>
    public static bool IsWithin(string path, string folder) => path == folder
        || folder == Path.GetPathRoot(path)
        || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string[] Parts(string path, string root) =>
        path[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
}
