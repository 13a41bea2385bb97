using CoVR.Storage;

namespace CoVR.Datasets.Annotations;

/// <summary>The pictures of a folder by file name without extension; the folder is listed once, at first use.</summary>
/// <param name="folder">The folder; need not exist.</param>
/// <param name="extensions">The extensions to consider; of two files with the same name, the earlier extension wins.</param>
/// <param name="inSubfolders">Whether the files lie one folder deeper.</param>
internal sealed class FolderIndex(string folder, IEnumerable<string> extensions, bool inSubfolders = false)
{
    private readonly string[] _extensions = [.. extensions];
    private Dictionary<string, string>? _paths;

    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Names in the order of code points.</summary>
    public IEnumerable<string> Names => Paths.Keys.Order(CodePointComparer.Instance);

    private Dictionary<string, string> Paths => LazyInitializer.EnsureInitialized(ref _paths, List);

    /// <summary>The path of a picture, or null.</summary>
    public string? Find(string name) => Paths.GetValueOrDefault(name);

    private Dictionary<string, string> List()
    {
        Dictionary<string, string> paths = new(StringComparer.Ordinal);
        if (!Directory.Exists(Folder))
        {
            return paths;
        }

        var files = (inSubfolders ? Directory.EnumerateDirectories(Folder).SelectMany(Directory.EnumerateFiles) : Directory.EnumerateFiles(Folder))
            .Select(path => (Path: path, Place: Array.FindIndex(_extensions, extension => extension.Equals(Path.GetExtension(path), StringComparison.OrdinalIgnoreCase))))
            .Where(file => file.Place >= 0);
        foreach (var (path, _) in files.OrderBy(file => file.Place).ThenBy(file => file.Path, StringComparer.Ordinal))
        {
            paths.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        }

        return paths;
    }
}
