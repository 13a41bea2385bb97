using System.IO.Enumeration;
using CoVR.Embedding.Folders;

namespace CoVR.Embedding;

/// <summary>Lists the pictures or videos of a folder as items for an embedding job.</summary>
public static class MediaFolder
{
    /// <summary>Lists every item of a folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="options">Which files are items.</param>
    /// <returns>Items in the order of their identities, the same on every machine.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">Two files have one identity; both are named.</exception>
    public static IReadOnlyList<MediaItem> List(string directory, MediaFolderOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"There is no folder '{directory}'.");
        }

        var found = new SortedDictionary<MediaId, (string Path, int Extension)>();
        foreach (var path in Files(directory, options))
        {
            var relative = Path.GetRelativePath(directory, path).Replace(Path.DirectorySeparatorChar, '/');
            if (ExtensionOf(path, options) is var extension and >= 0 && (options.Depth is not { } depth || relative.Count(letter => letter == '/') == depth))
            {
                Add(found, Identify(relative, options.Identity), path, extension, options);
            }
        }

        return [.. found.Select(entry => new MediaItem(entry.Key, MediaSource.FromFile(entry.Value.Path)))];
    }

    /// <summary>Lists the asked items of a folder; one that is not there keeps its place, so that a job reports it as missing.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="options">Which files are items.</param>
    /// <param name="ids">The wanted items, as the reference's <c>--todo_ids</c>; twice the same counts once.</param>
    /// <returns>Items in the order of their identities.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">Two files have one identity; both are named.</exception>
    public static IReadOnlyList<MediaItem> List(string directory, MediaFolderOptions options, IEnumerable<MediaId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var found = List(directory, options).ToDictionary(item => item.Id);
        return
        [
            .. ids.Distinct().Order().Select(id => found.TryGetValue(id, out var item)
                ? item
                : new MediaItem(id, MediaSource.FromFile(Path.Combine(directory, id.Value + options.Extensions[0])))),
        ];
    }

    // A folder behind links is entered once, and never from within itself; pipes and devices are no files to read.
    private static FileSystemEnumerable<string> Files(string directory, MediaFolderOptions options)
    {
        var root = LinkResolver.RealPath(directory);
        var entered = new HashSet<string?>(StringComparer.Ordinal) { null };
        return new FileSystemEnumerable<string>(directory, (ref entry) => entry.ToSpecifiedFullPath(), Walk(options))
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && (entry.Length != 0 || SpecialFiles.KindOf(entry.ToFullPath()) is null),
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)
                || (LinkResolver.RealPath(entry.ToFullPath()) is var real && entered.Add(real) && !LinkResolver.IsWithin(root!, real!)),
        };
    }

    private static EnumerationOptions Walk(MediaFolderOptions options) => new()
    {
        RecurseSubdirectories = options.Depth != 0,
        MaxRecursionDepth = options.Depth ?? int.MaxValue,
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
    };

    private static int ExtensionOf(string path, MediaFolderOptions options)
    {
        var comparison = options.MatchCase ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        var extension = Path.GetExtension(path);
        for (var i = 0; i < options.Extensions.Count; i++)
        {
            if (extension.Equals(options.Extensions[i], comparison))
            {
                return i;
            }
        }

        return -1;
    }

    private static MediaId Identify(string relative, MediaIdentity identity)
    {
        var id = relative[..relative.LastIndexOf('.')];
        return new MediaId(identity == MediaIdentity.FileName ? id[(id.LastIndexOf('/') + 1)..] : id);
    }

    private static void Add(SortedDictionary<MediaId, (string Path, int Extension)> found, MediaId id, string path, int extension, MediaFolderOptions options)
    {
        if (found.TryGetValue(id, out var known))
        {
            if (!options.LaterExtensionWins || known.Extension == extension)
            {
                throw new IOException($"'{known.Path}' and '{path}' would both be the item '{id}'. Rename one, or move it elsewhere.");
            }

            if (known.Extension > extension)
            {
                return;
            }
        }

        found[id] = (path, extension);
    }
}
