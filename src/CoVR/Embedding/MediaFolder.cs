using System.IO.Enumeration;
using CoVR.Embedding.Folders;

namespace CoVR.Embedding;

/// <summary>A kind of folder: which files are the items of an embedding job, and what they are called.</summary>
public sealed record MediaFolder
{
    /// <summary>File extensions with their dot; of two files of one identity the one of the later extension is taken when <see cref="LaterExtensionWins"/>.</summary>
    public required IReadOnlyList<string> Extensions { get; init; }

    /// <summary>Whether <c>.JPG</c> is another extension than <c>.jpg</c>.</summary>
    /// <value>False by default.</value>
    public bool MatchCase { get; init; }

    /// <summary>The depth of the files: 0 for the folder itself; null for any depth.</summary>
    /// <value>Null by default.</value>
    public int? Depth { get; init; }

    /// <summary>Whether an item is called by its file's name alone, wherever it lies (<c>train-10108-0-img0</c>).</summary>
    /// <value>False by default: by its path below the folder, with slashes (<c>1065/1012345</c>). The extension is never part of it.</value>
    public bool ByName { get; init; }

    /// <summary>Whether two files of one identity are allowed.</summary>
    /// <value>False by default: they are an error.</value>
    public bool LaterExtensionWins { get; init; }

    /// <summary>Pictures in all common formats, at any depth.</summary>
    public static MediaFolder Pictures { get; } = new() { Extensions = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"] };

    /// <summary>Videos in all common formats, at any depth.</summary>
    public static MediaFolder Videos { get; } = new() { Extensions = [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"] };

    /// <summary>Lists every item of a folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <returns>Items in the order of their identities, the same on every machine.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">Two files have one identity; both are named.</exception>
    public IReadOnlyList<MediaItem> List(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"There is no folder '{directory}'.");
        }

        var found = new SortedDictionary<MediaId, (string Path, int Extension)>();
        foreach (var path in Files(directory))
        {
            var relative = Path.GetRelativePath(directory, path).Replace(Path.DirectorySeparatorChar, '/');
            if (ExtensionOf(path) is var extension and >= 0 && (Depth is not { } depth || relative.Count(letter => letter == '/') == depth))
            {
                Add(found, Identify(relative), path, extension);
            }
        }

        return [.. found.Select(entry => new MediaItem(entry.Key, MediaSource.FromFile(entry.Value.Path)))];
    }

    /// <summary>Lists the requested items of a folder; missing ones are kept, so that a job reports them.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="ids">The requested items, like the reference's <c>--todo_ids</c>; duplicates count once.</param>
    /// <returns>Items in the order of their identities.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">Two files have one identity; both are named.</exception>
    public IReadOnlyList<MediaItem> List(string directory, IEnumerable<MediaId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var found = List(directory).ToDictionary(item => item.Id);
        return
        [
            .. ids.Distinct().Order().Select(id => found.TryGetValue(id, out var item)
                ? item
                : new MediaItem(id, MediaSource.FromFile(Path.Combine(directory, id.Value + Extensions[0])))),
        ];
    }

    // A linked folder is entered once, and never from within itself; pipes and devices are skipped.
    private FileSystemEnumerable<string> Files(string directory)
    {
        var root = LinkResolver.RealPath(directory);
        var entered = new HashSet<string?>(StringComparer.Ordinal) { null };
        return new FileSystemEnumerable<string>(directory, (ref entry) => entry.ToSpecifiedFullPath(), Walk())
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && (entry.Length != 0 || SpecialFiles.KindOf(entry.ToFullPath()) is null),
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)
                || (LinkResolver.RealPath(entry.ToFullPath()) is var real && entered.Add(real) && !LinkResolver.IsWithin(root!, real!)),
        };
    }

    private EnumerationOptions Walk() => new()
    {
        RecurseSubdirectories = Depth != 0,
        MaxRecursionDepth = Depth ?? int.MaxValue,
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
    };

    private int ExtensionOf(string path)
    {
        var comparison = MatchCase ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        var extension = Path.GetExtension(path);
        for (var i = 0; i < Extensions.Count; i++)
        {
            if (extension.Equals(Extensions[i], comparison))
            {
                return i;
            }
        }

        return -1;
    }

    private MediaId Identify(string relative)
    {
        var id = relative[..relative.LastIndexOf('.')];
        return new MediaId(ByName ? id[(id.LastIndexOf('/') + 1)..] : id);
    }

    private void Add(SortedDictionary<MediaId, (string Path, int Extension)> found, MediaId id, string path, int extension)
    {
        if (found.TryGetValue(id, out var known))
        {
            if (!LaterExtensionWins || known.Extension == extension)
            {
                throw new IOException($"'{known.Path}' and '{path}' would both become the item '{id}'. Rename or move one of them.");
            }

            if (known.Extension > extension)
            {
                return;
            }
        }

        found[id] = (path, extension);
    }
}
